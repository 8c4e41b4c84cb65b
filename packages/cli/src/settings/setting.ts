import { isAbsolute } from 'node:path';

/** What a setting may be in the end. */
export type SettingValue = string | number | boolean | null;

/** One thing that a person may want otherwise, declared once: every layer takes it from here. */
export interface Setting<Value extends SettingValue> {
  /** As commander takes it; its name in camel case is the key. */
  readonly flag: string;
  readonly env: string;
  readonly description: string;
  /** What a value looks like, for messages: `a whole number from 1 to 60000`. */
  readonly expected: string;
  /** The value that a text stands for; undefined where it stands for none. */
  readonly parse: (text: string) => Value | undefined;
  /** All that it may be, where that is a few words. */
  readonly words?: readonly string[];
  /** A path: in the file it is absolute, elsewhere it may start from the folder of the shell. */
  readonly isPath?: boolean;
  readonly fallback: () => Value;
}

/** The value of what stands in a file; undefined where it is no value of the setting, also by its type. */
export function parseJsonValue<Value extends SettingValue>(
  setting: Setting<Value>,
  found: unknown,
): Value | undefined {
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return undefined;
  if (setting.isPath === true && !isAbsolute(String(found))) return undefined;
  const value = setting.parse(String(found));
  return typeof value === typeof found ? value : undefined;
}

/** A setting that is one of some words. */
export function choice<const Word extends string>(words: readonly Word[]) {
  return {
    words,
    expected: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    parse: (text: string) => words.find((word) => word === text),
  };
}

/** A setting that is a whole number within bounds. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text: string) => {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** A setting that is a path; empty it is none. */
export const path = {
  expected: 'a path',
  isPath: true,
  parse: (text: string) => (text === '' ? undefined : text),
};

/** A setting that is on or off. */
export const onOrOff = {
  expected: 'true or false',
  parse: (text: string) => ({ true: true, '1': true, false: false, '0': false })[text],
};
