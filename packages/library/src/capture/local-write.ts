import type { RecordDecision, RecordDelete, RecordPut, RecordRef, Version } from '@shoal/core';

/** A write of the fields of one record on this device, and of the columns that never leave it. */
export interface LocalPut extends RecordPut {
  /** Local-only columns, written beside and never captured. */
  readonly local?: Readonly<Record<string, null | number | string | Uint8Array>>;
}

export type LocalWrite = LocalPut | RecordDelete | RecordDecision;

/** A record as a write left it. */
export interface WrittenRecord {
  readonly ref: RecordRef;
  readonly version: Version;
}
