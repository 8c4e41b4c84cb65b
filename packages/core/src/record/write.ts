import type { Dot } from '../clock/dot.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import type { ModelSpec } from '../model/spec.ts';
import { byDotDescending, type RecordState, type Sibling } from './state.ts';
import type { Value } from './value.ts';
import { covers, type Version, withDot } from './version.ts';

/** A local write of some fields of a record. */
export interface PutWrite {
  readonly dot: Dot;
  /** The record's version when the writer loaded it: what the write replaces (MRG-1). */
  readonly seen: Version;
  /** By slot: a field, or a part of one that is merged in parts (MRG-3). */
  readonly fields: ReadonlyMap<string, Value>;
  /** Slots that lose the dots that the write has seen, and get none: what was taken out of a union or a map. */
  readonly clears?: readonly string[];
}

/** A local delete of a record. */
export interface DeleteWrite {
  readonly dot: Dot;
  readonly seen: Version;
}

/**
 * The state after a write: in the fields it writes it replaces the dots it has seen and adds its own; dots that
 * came since stay as siblings (MRG-1). Row-granular models write all fields at once: give them all.
 * A write that has seen a delete brings the record back and must write every synced field, or throws
 * `incomplete-record` (MRG-4).
 */
export function putState(spec: ModelSpec, state: RecordState, write: PutWrite): RecordState {
  const bringsBack = state.deletes.some((dot) => covers(write.seen, dot));
  if (bringsBack) requireEveryField(spec, write.fields);
  const fields = new Map(state.fields);
  for (const [field, value] of write.fields) {
    const own = { dot: write.dot, value };
    const unseen = state.fields.get(field)?.filter((s) => !covers(write.seen, s.dot));
    fields.set(field, unseen === undefined ? [own] : [own, ...unseen].sort(byDotDescending));
  }
  for (const slot of write.clears ?? []) {
    const unseen = state.fields.get(slot)?.filter((s) => !covers(write.seen, s.dot)) ?? [];
    if (unseen.length > 0) fields.set(slot, unseen);
    else fields.delete(slot);
  }
  return {
    version: withDot(state.version, write.dot),
    fields,
    deletes: state.deletes.filter((dot) => !covers(write.seen, dot)),
  };
}

/** The state after a delete: every dot it has seen goes, a delete dot stays (MRG-4). */
export function deleteState(state: RecordState, write: DeleteWrite): RecordState {
  const fields = new Map<string, readonly Sibling[]>();
  for (const [field, siblings] of state.fields) {
    const unseen = siblings.filter((s) => !covers(write.seen, s.dot));
    if (unseen.length > 0) fields.set(field, unseen);
  }
  const unseenDeletes = state.deletes.filter((dot) => !covers(write.seen, dot));
  return {
    version: withDot(state.version, write.dot),
    fields,
    deletes: [write.dot, ...unseenDeletes].sort().reverse(),
  };
}

function requireEveryField(spec: ModelSpec, fields: ReadonlyMap<string, Value>): void {
  // What is merged in parts is written by its parts, of which there may be none.
  const missing = spec.fields.find((field) => !fields.has(field.name) && partRuleOf(field) === undefined);
  if (missing === undefined) return;
  throw new ShoalError(
    'incomplete-record',
    `a deleted ${spec.name} is brought back only whole; "${missing.name}" is missing`,
    {
      model: spec.name,
      field: missing.name,
    },
  );
}
