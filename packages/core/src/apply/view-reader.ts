import type { ModelName, RecordRef } from '../ids.ts';
import type { RecordState } from '../record/state.ts';
import type { Sharer, UniqueValue } from './unique-value.ts';

/** A record as it is stored: its merged state and the greatest schema version that wrote it. */
export interface StoredRecord {
  readonly state: RecordState;
  readonly schemaVersion: number;
}

/** What planning reads of a library. Synchronous: library.db on devices, maps in the simulator. */
export interface ViewReader {
  record(ref: RecordRef): StoredRecord | undefined;
  isVisible(ref: RecordRef): boolean;
  /** Records that are parked because of `ref`, or show null in place of it. */
  waitingFor(ref: RecordRef): Iterable<RecordRef>;
  /** Visible records that refer to `ref`, by whatever reference. */
  referringTo(ref: RecordRef): Iterable<RecordRef>;
  /** All stored records of a model; asked only when an owner changed that others are owned through (MRG-5). */
  recordsOf(model: ModelName): Iterable<RecordRef>;
  /** Records of a model that show null because their self-reference was cut out of a circle (DEP-2). */
  cutFromCircle(model: ModelName): Iterable<RecordRef>;
  /** What earlier plans gave the record (MRG-7). */
  uniqueValuesOf(ref: RecordRef): readonly UniqueValue[];
  /** Records that have the value by earlier plans, visible or not: the eldest first, at most `limit`. */
  sharing(model: ModelName, value: UniqueValue, limit: number): readonly Sharer[];
}
