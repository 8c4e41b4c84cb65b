import { Readable } from 'node:stream';
import { errorCatalogue } from '@shoal/core';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { nestedHelp } from './nested-help.ts';
import { createProgram } from './program.ts';
import { testSurroundings } from './testing/test-surroundings.ts';

/** Every command that does something, with its names from the first on. */
function leaves(
  command: Command,
  path: readonly string[] = [],
): { path: readonly string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
}

const program = () => createProgram(testSurroundings().surroundings);
const names = leaves(program()).map(({ path }) => path.join(' '));

test.each(names)('the help of `%s` says what it does and shows examples that it takes', async (name) => {
  const { path, command } = leaves(program()).find((leaf) => leaf.path.join(' ') === name)!;
  expect(command.description()).not.toBe('');
  expect(command.summary()).not.toBe('');
  const examples = examplesOf(helpOf(name.split(' ')));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const [shoal, ...args] = wordsOf(example);
    expect([shoal, ...args.slice(0, path.length)]).toEqual(['shoal', ...path]);
    const parsing = program();
    for (const leaf of leaves(parsing)) leaf.command.action(() => undefined);
    await expect(parsing.parseAsync(args, { from: 'user' }), example).resolves.toBeDefined();
  }
});

test.each(names)('`%s` takes --home and --json', (name) => {
  const { command } = leaves(program()).find(({ path }) => path.join(' ') === name)!;
  const long = command.options.map((option) => option.long);
  expect(long).toContain('--json');
  expect(long).toContain('--home');
});

test('the help names every code of the catalogue beside its exit code', () => {
  const help = helpOf([]);
  for (const [code, { exitCode }] of Object.entries(errorCatalogue)) {
    const [, rest = ''] = help.split(new RegExp(`^ +${exitCode}  `, 'm'));
    const [codes = ''] = rest.split(/^ {1,4}\d+ {2}/m);
    expect(codes, `${exitCode}`).toContain(code);
  }
});

test('`help` shows a command within a command, too', async () => {
  const { surroundings, written } = testSurroundings();
  const shown = createProgram(surroundings);
  const helping = shown.parseAsync(nestedHelp(shown, ['help', 'record', 'put']), { from: 'user' });
  await expect(helping).rejects.toMatchObject({ exitCode: 0 });
  expect(written.stdout).toContain('Usage: shoal record put [options] <model> [json]');
  expect(nestedHelp(shown, ['help', 'record'])).toEqual(['help', 'record']);
  expect(nestedHelp(shown, ['record', 'help', 'put', 'tag'])).toEqual(['record', 'help', 'put']);
  expect(nestedHelp(shown, ['tag', 'create', 'help'])).toEqual(['tag', 'create', 'help']);
});

test.each([
  ['help', 'libary'],
  ['help', 'library', 'lst'],
  ['library', 'help', 'lst'],
])('`%s %s` names the word that is no command, and shows no other help', async (...args) => {
  const { surroundings, written } = testSurroundings();
  const shown = createProgram(surroundings);
  await expect(shown.parseAsync(nestedHelp(shown, args), { from: 'user' })).rejects.toMatchObject({
    code: 'commander.unknownCommand',
  });
  expect(written).toEqual({ stdout: '', stderr: '' });
});

test('`--version` and `-V` print the version and succeed', async () => {
  for (const flag of ['--version', '-V']) {
    const { surroundings, written } = testSurroundings();
    const asking = createProgram(surroundings).parseAsync([flag], { from: 'user' });
    await expect(asking).rejects.toMatchObject({ exitCode: 0 });
    expect(written.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  }
});

function helpOf(path: readonly string[]): string {
  const { surroundings, written } = testSurroundings({ stdin: Readable.from([]) });
  const shown = createProgram(surroundings);
  const command = path.reduce<Command>(
    (at, name) => at.commands.find((each) => each.name() === name)!,
    shown,
  );
  command.outputHelp();
  return written.stdout;
}

/** The lines below `Examples:`. */
function examplesOf(help: string): string[] {
  const [, text = ''] = help.split(/^Examples:\n/m);
  return [...text.matchAll(/^ {2}(shoal .*)$/gm)].map(([, line = '']) => line);
}

/** A line as a shell takes it apart, as far as the examples need it: quotes, and no more than `<` behind a command. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(' < ');
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
