import { createRegistry, type Registry } from '@shoal/core';
import type { SyncedModel } from '@shoal/library';
import { contentIdentity } from './content-identity.ts';
import { device } from './device.ts';
import { entry } from './entry.ts';
import { location } from './location.ts';
import { tag } from './tag.ts';
import { userMetadata } from './user-metadata.ts';
import { userMetadataTag } from './user-metadata-tag.ts';

/** The built-in domain: a library of files. The engine knows none of these by name. */
export const models: readonly SyncedModel[] = [
  device,
  contentIdentity,
  location,
  entry,
  tag,
  userMetadata,
  userMetadataTag,
];

/** The registry of the built-in domain; throws at import when a declaration contradicts another. */
export const registry: Registry = createRegistry(models.map(({ spec }) => spec));
