export {
  type ChangeType,
  freshRecordId,
  type PlainRecord,
  type RecordChange,
  type Skipped,
  type SkippedRow,
  type Syncable,
  type Synced,
  type SyncedLibrary,
  type WatchItem,
} from '@shoal/library';
export { type EmbeddedLibrary, type OpenShoalOptions, openShoal } from './open-shoal.ts';
