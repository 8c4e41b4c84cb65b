import type { RecordRef, Value, Version } from '@shoal/core';

/**
 * One write of one record on this device: `put` writes the fields given and creates the record where there is none;
 * `replace` writes every field, those not given with their defaults.
 */
export interface LocalPut {
  readonly kind: 'put' | 'replace';
  readonly ref: RecordRef;
  readonly fields: ReadonlyMap<string, Value>;
  /** The version that the writer had read; null is a blind write of what is there (MRG-1). */
  readonly seen: Version | null;
  /** Local-only columns, written beside and never captured. */
  readonly local?: Readonly<Record<string, null | number | string | Uint8Array>>;
}

/** Deletes a record, with all that requires it and that this device may write (DEP-3). */
export interface LocalDelete {
  readonly kind: 'delete';
  readonly ref: RecordRef;
  /** As in `LocalPut`. */
  readonly seen: Version | null;
}

export type LocalWrite = LocalPut | LocalDelete;

/** A record as a write left it. */
export interface WrittenRecord {
  readonly ref: RecordRef;
  readonly version: Version;
}
