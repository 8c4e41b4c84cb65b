import { type ModelSpec, packRank, type RecordRef, referencesOf, type ViewReader } from '@shoal/core';
import { registry } from '../data/domain.ts';

/** A walk longer than this is a circle, for the small domain here. */
const depthMax = 100;

/** The place of a record in dependency order: its model, and how deep it lies in its own kind (DEP-1). */
export function rankOf(reader: Pick<ViewReader, 'record'>, spec: ModelSpec, ref: RecordRef): number {
  return packRank({
    level: registry.level(spec.name),
    priority: spec.priority,
    depth: depthOf(reader, spec, ref),
  });
}

function depthOf(reader: Pick<ViewReader, 'record'>, spec: ModelSpec, ref: RecordRef): number {
  const field = referencesOf(spec).find(({ target, missing }) => target === spec.name && missing === 'wait');
  let depth = 0;
  for (let at: RecordRef | null = ref; field !== undefined && at !== null && depth < depthMax; depth++) {
    const parent: unknown = reader.record(at)?.state.fields.get(field.name)?.[0]?.value;
    at = typeof parent === 'string' ? ({ model: spec.name, id: parent } as RecordRef) : null;
  }
  return depth;
}
