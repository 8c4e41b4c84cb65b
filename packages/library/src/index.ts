export type { PlainRecord } from './api/plain-record.ts';
export type { SkippedRow } from './api/skipped-store.ts';
export type { Skipped, Synced } from './api/sync-records.ts';
export type { ChangeType, Syncable } from './api/syncable.ts';
export { openSyncedLibrary, type SyncedLibrary, type SyncedLibraryOptions } from './api/synced-library.ts';
export type { RecordChange, Watch, WatchItem } from './api/watch-records.ts';
export { type ConflictDecision, decideConflict } from './capture/decide-conflict.ts';
export { forceRecords } from './capture/force-records.ts';
export type { LocalPut, LocalWrite, WrittenRecord } from './capture/local-write.ts';
export type { RecordPage } from './capture/read-records.ts';
export { keyRing } from './crypto/key-ring.ts';
export { derivedRecordId, freshRecordId } from './crypto/record-ids.ts';
export { type KeyRing, openPayload, sealPayload } from './crypto/seal.ts';
export { checkDerived, rebuildDerived } from './derived/check-derived.ts';
export type { DerivedDifference, DerivedRow, DerivedRows } from './derived/compare-derived.ts';
export type { Applied, SequencedEntry as AppliedEntry } from './ingest/apply-entries.ts';
export type { Cursor } from './ingest/cursor-store.ts';
export type { Replanned } from './ingest/replan-known.ts';
export type { Retried } from './ingest/retry-quarantined.ts';
export {
  type ChangesListener,
  type Library,
  type LibraryTransaction,
  openLibrary,
  type Shipment,
} from './library.ts';
export type { LibraryOptions } from './library-options.ts';
export { isLibraryReady, migrateLibrary } from './migrate-library.ts';
export type { ColumnField } from './model/entity-columns.ts';
export type { UniqueDeclaration } from './model/entity-uniques.ts';
export {
  type DerivedTable,
  type DerivedUpkeep,
  type PropertyOf,
  type SyncDeclaration,
  type SyncedModel,
  syncModel,
} from './model/sync-model.ts';
export { tryModels } from './model/try-models.ts';
export { openTransactionManager, type TransactionManager } from './orm/transaction-manager.ts';
export type { ConflictFilter, ConflictReader, ConflictRecord } from './read/conflict-reader.ts';
export { dumpLine } from './read/dump-line.ts';
export { type LibraryReader, openLibraryReader, type ViewRecord } from './read/library-reader.ts';
export type { QuarantineReader, QuarantineRecord } from './read/quarantine-reader.ts';
export { engineSchema } from './store/engine-schema.ts';
export type { KeyLookups } from './store/key-map.ts';
export type { LibraryStore, ViewChange } from './store/library-store.ts';
export type { Migration } from './store/migrate.ts';
export type { Sqlite } from './store/open-database.ts';
export type { OutboxRow } from './store/outbox-store.ts';
export { storageError } from './store/storage-error.ts';
export { isStorageFailure } from './store/storage-failure.ts';
export { type Adopted, adoptStrays } from './strays/adopt-strays.ts';
export type { Stray } from './strays/find-strays.ts';
