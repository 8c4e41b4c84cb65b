import type { RecordRef } from '../ids.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { Value } from '../record/value.ts';
import type { UniqueChange } from './unique-overlay.ts';
import type { StoredRecord } from './view-reader.ts';

/**
 * Why a record that is not deleted is not shown (DEP-3). Always true of it; where several are, the first found
 * stands, which may depend on the order of arrival. That it is parked does not.
 */
export type ParkReason =
  /** A `wait` reference points to a record that this device has never heard of (DEP-4). */
  | 'missing'
  /** A `wait` reference points to a record that is itself parked. */
  | 'waiting'
  /** A `wait` reference points to a deleted record. */
  | 'orphaned'
  /** An alive record that was made before it has a value that only one may have (MRG-7). */
  | 'held'
  /** Nothing of it, or not the references that it needs, was written by its owner (MRG-5). */
  | 'refused'
  /** This program does not know the model, or not yet that version of it (DEP-5). */
  | 'unknown-model'
  | 'unknown-schema';

/**
 * A reference that is not what the record says: shown as null. One that waits is among them only where it was
 * cut out of a circle (DEP-2).
 */
export interface NulledReference {
  readonly field: string;
  readonly target: RecordRef;
}

/** What the view shows of a record. `wasVisible` tells an update from an insert, and a removal from nothing. */
export type Outcome =
  | {
      readonly kind: 'show';
      readonly ref: RecordRef;
      readonly spec: ModelSpec;
      readonly stored: StoredRecord;
      /** As merged, but for references that show null, and texts that are renamed. */
      readonly row: ReadonlyMap<string, Value>;
      readonly nulled: readonly NulledReference[];
      readonly wasVisible: boolean;
    }
  | {
      readonly kind: 'park';
      readonly ref: RecordRef;
      readonly reason: ParkReason;
      /** The reference that the reason is about; of a refused record the one that names its owner. */
      readonly waitsFor: NulledReference | null;
      readonly wasVisible: boolean;
    }
  | { readonly kind: 'gone'; readonly ref: RecordRef; readonly wasVisible: boolean };

export type ShowOutcome = Extract<Outcome, { kind: 'show' }>;
export type HideOutcome = Exclude<Outcome, { kind: 'show' }>;

/**
 * Carry out `shown`, then `hidden`, each in its order. No row of `shown` refers to one that is not there yet: where
 * rows refer to each other, one is listed twice, first with null. What requires a hidden record goes before it;
 * references that show null may still point to it until the end, so foreign keys must be deferred. When all is carried
 * out no two rows have one value in a unique constraint; on the way they may, as rows swap their values (MRG-7).
 */
export interface ViewPlan {
  readonly shown: readonly ShowOutcome[];
  readonly hidden: readonly HideOutcome[];
  /** What `uniqueValuesOf` and `sharing` answer from now on, where that is another. */
  readonly uniqueValues: readonly UniqueChange[];
}
