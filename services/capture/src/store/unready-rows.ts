import type { RecordId } from '@shoal/core';
import type { LibraryStore } from '@shoal/library';
import type { CreateEntry, EntryFacts, MoveEntry } from '../index/entry-store.ts';

/**
 * Rows of files whose content is not identified yet: without UUID, so that nothing of them is captured (CHG-9).
 * Written within the caller's transaction.
 */
export interface UnreadyRows {
  /** Returns the local id. */
  insert(change: CreateEntry, location: number, parent: number | null): number;
  update(key: number, facts: EntryFacts): void;
  move(change: MoveEntry, parent: number | null): void;
  remove(key: number): void;
  /** Makes a row a record: it is captured from here on. */
  giveUuid(key: number, uuid: RecordId): void;
}

/** Prepares the statements. */
export function unreadyRows({ db, keys }: LibraryStore): UnreadyRows {
  const insert = db.prepare(
    `insert into entries (name, name_bytes, extension, kind, size, modified_at, created_at, location_id, parent_id, file_stamp, hash_state)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
  );
  const update = db.prepare(
    'update entries set size = ?, modified_at = ?, created_at = ?, file_stamp = ? where id = ?',
  );
  const move = db.prepare(
    'update entries set name = ?, name_bytes = ?, extension = ?, parent_id = ? where id = ?',
  );
  const remove = db.prepare('delete from entries where id = ?');
  const giveUuid = db.prepare('update entries set uuid = ? where id = ?');
  return {
    insert({ name, nameBytes, extension, kind, facts }, location, parent) {
      const { size, modifiedAt, createdAt, stamp } = facts;
      const values = [name, nameBytes, extension, kind, size, modifiedAt, createdAt] as const;
      return Number(insert.run(...values, location, parent, stamp).lastInsertRowid);
    },
    update(key, { size, modifiedAt, createdAt, stamp }) {
      update.run(size, modifiedAt, createdAt, stamp, key);
    },
    move({ name, nameBytes, extension, key }, parent) {
      move.run(name, nameBytes, extension, parent, key);
    },
    remove: (key) => void remove.run(key),
    giveUuid(key, uuid) {
      giveUuid.run(uuid, key);
      keys.set('entries', uuid, key);
    },
  };
}
