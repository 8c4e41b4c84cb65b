import type { Dot } from '../clock/dot.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { RecordState } from './state.ts';
import type { Value } from './value.ts';

/**
 * The field that holds a record's creation stamp, in models that need to tell elder from younger (MRG-7). No model can
 * declare a field of this name. It travels and is merged as any field is, and is shown to nobody. Its value is the dot
 * of the record's first write as text; null says: this very dot.
 */
export const creationField = '@created';

/** Whether records of a model carry their creation stamp: where elder and younger are told apart (MRG-7). */
export function hasCreation(spec: Pick<ModelSpec, 'uniques'>): boolean {
  return spec.uniques.some(({ policy }) => policy !== 'derived-id');
}

/**
 * The fields of a write with the creation stamp among them, wherever the write is one of a whole record: one that makes
 * it, brings it back, or replaces its row. A stamp that is there is kept. Written again each time, the stamp goes with
 * those values that a delete has not seen, so that whoever is alive has one.
 */
export function withCreation(
  spec: ModelSpec,
  here: RecordState,
  write: { readonly fields: ReadonlyMap<string, Value>; readonly isWhole: boolean },
): ReadonlyMap<string, Value> {
  if (!hasCreation(spec) || !(write.isWhole || spec.granularity === 'row')) return write.fields;
  return new Map([...write.fields, [creationField, writtenStamp(here) ?? null]]);
}

/**
 * When a record was made: the least stamp that it carries. One that carries none, as its owner did not write it, has
 * the least dot of its values: any order does, so long as it follows from the merged state.
 */
export function creationStamp(state: RecordState): string {
  return writtenStamp(state) ?? least([...state.fields.values()].flat().map(({ dot }) => dot)) ?? '';
}

function writtenStamp({ fields }: RecordState): string | undefined {
  return least((fields.get(creationField) ?? []).map(({ dot, value }) => stampOf(dot, value)));
}

function stampOf(dot: Dot, value: Value): string {
  return typeof value === 'string' ? value : dot;
}

function least(stamps: Iterable<string>): string | undefined {
  let least: string | undefined;
  for (const stamp of stamps) if (least === undefined || stamp < least) least = stamp;
  return least;
}
