import type { RecordRef, Value, Version } from '@shoal/core';

/**
 * One write of one record on this device.
 *
 * - `put` writes the fields given and creates the record where there is none; `replace` writes every field, those
 *   not given with their defaults; `delete` deletes, with all that requires it and that this device may write.
 * - `seen` is the version that the writer had read; null is a blind write of what is there (MRG-1).
 * - `local` are local-only columns, written beside and never captured.
 */
export type LocalWrite =
  | {
      readonly kind: 'put' | 'replace';
      readonly ref: RecordRef;
      readonly fields: ReadonlyMap<string, Value>;
      readonly seen: Version | null;
      readonly local?: Readonly<Record<string, null | number | string | Uint8Array>>;
    }
  | { readonly kind: 'delete'; readonly ref: RecordRef; readonly seen: Version | null };

/** A record as a write left it. */
export interface WrittenRecord {
  readonly ref: RecordRef;
  readonly version: Version;
}
