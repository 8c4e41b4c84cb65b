import { limits } from '../limits.ts';
import type { RecordState } from '../record/state.ts';
import { formatJson, isArray, isObject, type Json, parseJson } from './canonical-json.ts';
import { partsIn } from './slot.ts';

/**
 * A set whose elements have dots of their own: each is a slot, named by its canonical JSON (an optimised OR-set, Bieniusa
 * et al. 2012). Who takes an element out removes the dots that it has seen and leaves none: what was added meanwhile stays.
 */

/** The elements of a JSON array as their parts, each once, in order; undefined where the text is no array of scalars. */
export function readUnion(text: string): readonly string[] | undefined {
  const json = parseJson(text);
  if (json === undefined || !isArray(json) || !json.every(isScalar)) return undefined;
  const parts = [...new Set(json.map(formatJson))].sort();
  return parts.every((part) => part.length <= limits.slotPartLengthMax) ? parts : undefined;
}

/** The array that those parts make. */
export function formatUnion(parts: readonly string[]): string {
  return `[${parts.join(',')}]`;
}

/** The elements of a field in a state, in order. Slots whose name is no element are nobody's. */
export function elementsIn(state: Pick<RecordState, 'fields'>, field: string): string[] {
  return partsIn(state, field).flatMap(([part]) => (isElement(part) ? [part] : []));
}

function isElement(part: string): boolean {
  const json = parseJson(part);
  return json !== undefined && isScalar(json) && formatJson(json) === part;
}

function isScalar(json: Json): boolean {
  return json !== null && !isArray(json) && !isObject(json);
}
