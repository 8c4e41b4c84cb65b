import { limits } from '../limits.ts';
import type { RecordState, Sibling } from '../record/state.ts';

/**
 * A slot is a place in a record's state that has dots of its own: a field, or `field:part` of one that is merged in
 * parts (MRG-3). States, joins, payloads and the journal know slots only; fields are what people see.
 */
export function slotOf(field: string, part: string): string {
  return `${field}:${part}`;
}

/** Characters of the longest slot: a field, a colon, a part. */
export const slotLengthMax = limits.nameLengthMax + 1 + limits.slotPartLengthMax;

/** The field that a slot belongs to; no name of a field holds a colon. */
export function slotField(slot: string): string {
  const colon = slot.indexOf(':');
  return colon < 0 ? slot : slot.slice(0, colon);
}

/** The parts of a field in a state with their siblings, in order of the parts. */
export function partsIn(
  { fields }: Pick<RecordState, 'fields'>,
  field: string,
): [part: string, siblings: readonly Sibling[]][] {
  const prefix = slotOf(field, '');
  const parts: [string, readonly Sibling[]][] = [];
  for (const [slot, siblings] of fields) {
    if (slot.startsWith(prefix)) parts.push([slot.slice(prefix.length), siblings]);
  }
  return parts.sort(([a], [b]) => (a < b ? -1 : 1));
}
