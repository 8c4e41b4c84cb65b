import type { Argument, Command, Option } from 'commander';
import { isSettingKey, settings } from '../settings/settings.ts';

/** A word that a shell may offer, and what it is about. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Values that only the device knows. */
export type DeviceValues = 'library' | 'location' | 'model' | 'tag';

/** What completes the last of some words. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' }
  | {
      readonly kind: 'device';
      readonly values: DeviceValues;
      /** What the words say of where to look. */
      readonly home: string | undefined;
      readonly library: string | undefined;
    };

const nothing: Completion = { kind: 'words', words: [] };

/**
 * What may stand for the last of `words`, which follow `shoal` on the command line; it may be empty. Decided by the
 * program's own commands, options and choices, so that it knows all of them. Words that begin otherwise than the last
 * one are not offered.
 */
export function planCompletion(program: Command, words: readonly string[]): Completion {
  const line = joinEquals(words);
  const last = line.at(-1) ?? '';
  const place = placeOf(program, line.slice(0, -1));
  if (place.awaited !== undefined) return begin(last, valuesOfOption(place.awaited, place));
  const [, name, value] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? [];
  if (name !== undefined && value !== undefined) {
    const option = optionOf(place.command, name);
    return option === undefined
      ? nothing
      : withPrefix(`${name}=`, begin(value, valuesOfOption(option, place)));
  }
  if (last.startsWith('-') && !place.isOperandsOnly) return begin(last, optionsOf(place));
  if (place.command.commands.length > 0) return begin(last, commandsOf(place.command));
  return begin(last, valuesOfArgument(place));
}

/** Where the words before the last one lead. */
interface Place {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly awaited: Option | undefined;
  readonly given: ReadonlyMap<string, string>;
  readonly operands: number;
  /** After `--`. */
  readonly isOperandsOnly: boolean;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let awaited: Option | undefined;
  let operands = 0;
  let isOperandsOnly = false;
  const given = new Map<string, string>();
  for (const word of words) {
    if (awaited !== undefined) {
      given.set(awaited.name(), word);
      awaited = undefined;
    } else if (isOperandsOnly) operands += 1;
    else if (word === '--') isOperandsOnly = true;
    else if (word.startsWith('-')) {
      const [name = '', value] = splitAt(word, '=');
      const option = optionOf(command, name);
      if (option !== undefined) given.set(option.name(), value ?? '');
      if (option !== undefined && value === undefined && (option.required || option.optional))
        awaited = option;
    } else {
      const child = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
      if (child === undefined) operands += 1;
      else command = child;
    }
  }
  return { command, awaited, given, operands, isOperandsOnly };
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => flag === long || flag === short);
}

/** Options that were not given yet, and those that may be given again. */
function optionsOf({ command, given }: Place): Completion {
  const shown = command.createHelp().visibleOptions(command);
  const open = shown.filter((option) => option.variadic || !given.has(option.name()));
  return {
    kind: 'words',
    words: open.flatMap(({ long, description }) =>
      long == null ? [] : [{ value: long, about: description }],
    ),
  };
}

function commandsOf(command: Command): Completion {
  const shown = command.createHelp().visibleCommands(command);
  return {
    kind: 'words',
    words: shown.map((each) => ({ value: each.name(), about: each.summary() || each.description() })),
  };
}

function valuesOfOption(option: Option, place: Place): Completion {
  const [, placeholder = ''] = /[<[]([^\]>]*)[\]>]/.exec(option.flags) ?? [];
  const name = option.attributeName();
  const choices = isSettingKey(name) ? settings[name].words : option.argChoices;
  // The option of a library says so by its own name.
  return valuesOf(name === 'library' ? 'library' : placeholder, choices, place);
}

function valuesOfArgument(place: Place): Completion {
  const { command, operands } = place;
  const all: readonly Argument[] = command.registeredArguments;
  const argument = all[operands] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
  if (argument === undefined) return nothing;
  const isLibrary = command.parent?.name() === 'library' && argument.name() === 'id|name';
  return valuesOf(isLibrary ? 'library' : argument.name(), argument.argChoices, place);
}

const files = new Set(['dir', 'file', 'path', 'uuid|file']);
const deviceValues: Readonly<Record<string, DeviceValues>> = {
  library: 'library',
  model: 'model',
  tag: 'tag',
  'uuid|path': 'location',
};
/** Alternatives that are names of kinds, not words to type. */
const kinds = new Set(['id', 'name', 'uuid', 'path', 'file', 'host', 'port', 'host:port']);

function valuesOf(placeholder: string, choices: readonly string[] | undefined, { given }: Place): Completion {
  const name = placeholder.replace(/\.\.\.$/, '');
  const values = Object.hasOwn(deviceValues, name) ? deviceValues[name] : undefined;
  if (values !== undefined) {
    return { kind: 'device', values, home: given.get('home'), library: given.get('library') };
  }
  if (files.has(name)) return { kind: 'files' };
  const alternatives = name.includes('|') ? name.split('|').filter((it) => !kinds.has(it)) : [];
  return { kind: 'words', words: (choices ?? alternatives).map((value) => ({ value, about: '' })) };
}

function begin(last: string, completion: Completion): Completion {
  if (completion.kind !== 'words') return completion;
  return { kind: 'words', words: completion.words.filter(({ value }) => value.startsWith(last)) };
}

function withPrefix(prefix: string, completion: Completion): Completion {
  if (completion.kind !== 'words') return completion;
  return { kind: 'words', words: completion.words.map((it) => ({ ...it, value: prefix + it.value })) };
}

/** Bash takes `--option=value` apart into three words. */
function joinEquals(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const isSign = word === '=' && words[at - 1]?.startsWith('--') === true;
    if (!isSign) joined.push(word);
    else if (at === words.length - 1) joined.push('');
  }
  return joined;
}

function splitAt(text: string, sign: string): readonly [string, string | undefined] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
