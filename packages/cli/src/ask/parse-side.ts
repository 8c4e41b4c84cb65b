import type { JsonConflict } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { parseInteger } from './parse-argument.ts';

/**
 * The number of the side that `--to` names: a number of `conflicts show`, `local` for the only value of this device, `remote`
 * for the only one of others. Throws `invalid-argument`.
 */
export function parseSide(text: string, { sides }: JsonConflict, device: string): number {
  if (text !== 'local' && text !== 'remote') return parseInteger(text, 'to', { min: 1, max: sides.length });
  const isWanted = (side: JsonConflict['sides'][number]) =>
    !('deleted' in side) && (side.device === device) === (text === 'local');
  const numbers = sides.flatMap((side, index) => (isWanted(side) ? [index + 1] : []));
  if (numbers.length === 1) return numbers[0]!;
  const found = numbers.length === 0 ? 'none' : numbers.join(', ');
  throw new ShoalError(
    'invalid-argument',
    `"to": expected one ${text} value, found ${found}; name it by its number`,
    {
      field: 'to',
    },
  );
}
