import type { RecordRef } from '../ids.ts';
import type { Value } from '../record/value.ts';
import type { Version } from '../record/version.ts';

/**
 * One local write of the fields of a record: `put` writes the fields given and creates the record where there is none;
 * `replace` writes every field, those not given with their defaults.
 */
export interface RecordPut {
  readonly kind: 'put' | 'replace';
  readonly ref: RecordRef;
  readonly fields: ReadonlyMap<string, Value>;
  /** The version that the writer had read; null is a blind write of what is there (MRG-1). */
  readonly seen: Version | null;
  /**
   * What the writer was shown of fields that are merged in parts: the difference to it is written (MRG-3). A field that
   * is not among them is compared with what it shows now.
   */
  readonly shown?: ReadonlyMap<string, Value>;
}

/** Deletes a record, with all that requires it and that this device may write (DEP-3). */
export interface RecordDelete {
  readonly kind: 'delete';
  readonly ref: RecordRef;
  /** As in `RecordPut`. */
  readonly seen: Version | null;
}

/** Decides a conflict: what it writes is written also where the record shows it already (MRG-8). */
export interface RecordDecision {
  readonly kind: 'decide';
  readonly ref: RecordRef;
  /** By slot, as states have them. Null: the record is deleted, or what an earlier delete hides is. */
  readonly slots: ReadonlyMap<string, Value> | null;
  /** Slots out of which it takes what it has seen. */
  readonly clears: readonly string[];
  /** All that is there: who decides has seen it. */
  readonly seen: Version;
}

export type RecordWrite = RecordPut | RecordDelete | RecordDecision;
