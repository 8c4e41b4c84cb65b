import { type RecordId, ShoalError } from '@shoal/core';
import type { Library } from '@shoal/library';
import type { EntryStore } from '../index/entry-store.ts';
import { EntryChanges } from './entry-changes.ts';
import { entryReads } from './entry-reads.ts';
import { unreadyRows } from './unready-rows.ts';

/**
 * The index's port on library.db. Entries that are ready are written through capture; a file whose content is not
 * identified yet has a row without UUID, which nothing captures (CHG-9), and is given one when it is.
 */
export function entryRows(library: Library, secret: Buffer): EntryStore {
  const reads = entryReads(library.store.db);
  const unready = unreadyRows(library.store);
  return {
    children: (location, parent) => reads.children(location, parent),
    child: (_location, parent, name) => reads.child(parent, name),
    get: (_location, key) => reads.byKey(key),
    byFileId: (location, fileId) => reads.byFileId(location, fileId),
    apply: (key, changes) =>
      library.transaction((transaction) => {
        const id = transaction.store.keys.uuidOf('locations', key) as RecordId | undefined;
        if (id === undefined) throw noLocation(key);
        return new EntryChanges({ transaction, reads, unready, secret, location: { key, id } }).apply(
          changes,
        );
      }),
  };
}

function noLocation(key: number): ShoalError {
  return new ShoalError('not-found', `there is no location ${key}`, { field: 'location' });
}
