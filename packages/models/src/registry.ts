import type { EntitySchema } from '@mikro-orm/core';
import { createRegistry, type Registry } from '@shoal/core';
import type { SyncedModel } from '@shoal/library';
import { album } from './album.ts';
import { albumItem } from './album-item.ts';
import { collection } from './collection.ts';
import { collectionItem } from './collection-item.ts';
import { contentIdentity } from './content-identity.ts';
import { device } from './device.ts';
import { entry } from './entry.ts';
import { location } from './location.ts';
import { member } from './member.ts';
import { tag } from './tag.ts';
import { TempFileEntity } from './temp-file.ts';
import { userMetadata } from './user-metadata.ts';
import { userMetadataTag } from './user-metadata-tag.ts';
import { volume } from './volume.ts';
import { volumeHolder } from './volume-holder.ts';

/** What every library has: who is in it. */
export const deviceModels: readonly SyncedModel[] = [device, member];

/** The built-in domain: a library of files. The engine knows none of these by name. */
export const models: readonly SyncedModel[] = [
  ...deviceModels,
  volumeHolder,
  volume,
  contentIdentity,
  location,
  entry,
  tag,
  userMetadata,
  userMetadataTag,
  album,
  albumItem,
  collection,
  collectionItem,
];

/** What of the domain never syncs, for whoever opens a `TransactionManager` (S0-28). */
export const localEntities: readonly EntitySchema[] = [TempFileEntity];

/** The registry of the built-in domain; throws at import when a declaration contradicts another. */
export const registry: Registry = createRegistry(models.map(({ spec }) => spec));
