import type { Conflict } from '../apply/conflicts.ts';
import { ownerOf } from '../apply/owner.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import type { RecordRef } from '../ids.ts';
import type { RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { compareVersions, type Version } from '../record/version.ts';
import { viewOf } from '../record/view.ts';
import type { Decision } from './decision.ts';
import { planDecision } from './plan-decision.ts';
import type { RecordWrite } from './record-write.ts';
import { requireOwnership, type WhoWrites } from './write-rights.ts';

/** A row of a device's journal, as it is when somebody decides it. */
export interface DecidedRow {
  readonly ref: RecordRef;
  readonly conflict: Conflict;
  readonly isOpen: boolean;
  /** What this device saw of the record last, before what a delete took away of it; undefined: nothing. */
  readonly known: RecordState | undefined;
}

/**
 * The write that decides a row of the journal, upon the version of its record that was shown (MRG-1, MRG-8). Throws
 * `changed-since` where the record is not what was shown, `version-mismatch` where this program does not know its schema
 * (DEP-5), `not-owner` where it is another device's to decide (MRG-5), and as `planDecision`.
 */
export function planRowDecision(
  who: WhoWrites,
  { ref, conflict, isOpen, known }: DecidedRow,
  decision: Decision & { readonly seen: Version },
): RecordWrite {
  const { registry } = who.scope;
  const spec = registry.require(ref.model);
  const about = { model: ref.model, record: ref.id };
  const stored = who.reader.record(ref);
  if (stored === undefined || compareVersions(stored.state.version, decision.seen) !== 'equal') {
    const message = `the ${ref.model} has changed since the conflict was shown`;
    throw new ShoalError('changed-since', message, { ...about, field: 'seen' });
  }
  const { state, schemaVersion } = stored;
  if (schemaVersion > spec.schemaVersion) {
    const message = `this ${ref.model} is of schema version ${schemaVersion}, and ${spec.schemaVersion} is known`;
    throw new ShoalError('version-mismatch', message, about);
  }
  requireOwnership(who, spec, ref, state);
  const owner = ownerOf(registry, who.reader, spec, ref.id, state);
  const remembered: ReadonlyMap<string, Value> = known === undefined ? new Map() : viewOf(spec, known);
  return planDecision({ spec, ref, conflict, isOpen, state, owner, remembered }, decision);
}
