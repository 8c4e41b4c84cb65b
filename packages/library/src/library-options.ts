import type { EntitySchema } from '@mikro-orm/core';
import type { DeviceId, LibraryId, Registry, SchemaVersions } from '@shoal/core';
import type { KeyRing } from './crypto/seal.ts';
import type { SyncedModel } from './model/sync-model.ts';
import type { Migration } from './store/migrate.ts';
import type { Sqlite } from './store/open-database.ts';

/** What a device needs to know to open a library. */
export interface LibraryOptions {
  /** The file library.db. */
  readonly path: string;
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  readonly ring: KeyRing;
  readonly models: readonly SyncedModel[];
  readonly migrations: readonly Migration[];
  /** Entities that never sync: they share the unit of work, and nothing of them is captured (S0-28). */
  readonly localEntities?: readonly EntitySchema[];
  /** Says, for each batch, which versions are written (DEP-5); where it is not given, those of the models. */
  readonly schemas?: (db: Sqlite, registry: Registry) => () => SchemaVersions;
  /** Unix milliseconds; given, so that tests can turn it. */
  readonly wallMs?: () => number;
}
