import { uuidToBytes } from '@shoal/client';
import { isUuid, ShoalError } from '@shoal/core';

/** A UUID of the command line as bytes. Throws `invalid-argument` naming the argument. */
export function parseUuid(text: string, field: string): Buffer {
  const uuid = text.toLowerCase();
  if (isUuid(uuid)) return uuidToBytes(uuid);
  throw new ShoalError('invalid-argument', `"${field}": expected a UUID, found "${text}"`, { field });
}

/** A whole number of the command line within bounds. Throws `invalid-argument` naming the option. */
export function parseInteger(
  text: string,
  field: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new ShoalError(
    'invalid-argument',
    `"${field}": expected a whole number from ${bounds.min} to ${bounds.max}, found "${text}"`,
    { field },
  );
}

/** One of the choices of the command line, as what it stands for. Throws `invalid-argument` naming the option. */
export function parseChoice<Choice>(
  text: string,
  field: string,
  choices: Readonly<Record<string, Choice>>,
): Choice {
  const choice = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (choice !== undefined) return choice;
  const expected = Object.keys(choices).join(' or ');
  throw new ShoalError('invalid-argument', `"${field}": expected ${expected}, found "${text}"`, { field });
}

/**
 * Patterns of the command line. An option that takes several also takes the options behind it, where it was given none:
 * so one that looks like an option is refused. Throws `invalid-argument` naming the option.
 */
export function parsePatterns(given: readonly string[] | undefined, field: string): string[] {
  const option = given?.find((pattern) => pattern.startsWith('--'));
  if (option === undefined) return [...(given ?? [])];
  throw new ShoalError(
    'invalid-argument',
    `"${field}": expected a pattern, found the option "${option}"; a name that begins so is written "[-]${option.slice(1)}"`,
    { field },
  );
}
