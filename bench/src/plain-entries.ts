import type { CreateEntry, EntryChange, EntryStore } from '@shoal/capture/entry-store';
import { freshRecordId, migrateLibrary } from '@shoal/library';
import { entryClosure, migrations } from '@shoal/models';
import Database from 'better-sqlite3';

/** The index's port on bare rows: same schema, indexes, keys and closure, no states, no outbox, no clock. */
export interface PlainEntries {
  readonly entries: EntryStore;
  /** Local id of the one location. */
  readonly location: number;
  /** Resolves when so many entries are committed. */
  reached(count: number): Promise<void>;
  close(): void;
}

/** Opens a fresh file with one location. It takes creations only: a first index makes no other change. */
export async function openPlainEntries(path: string): Promise<PlainEntries> {
  await migrateLibrary(path, migrations);
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  const device = db.prepare(`insert into devices (uuid, name, slug) values (?, 'bench', 'bench')`);
  const { lastInsertRowid: owner } = device.run(freshRecordId(Date.now()));
  const add = db.prepare(`insert into locations (uuid, name, path, device_id) values (?, 'bench', '/', ?)`);
  const location = Number(add.run(freshRecordId(Date.now()), owner).lastInsertRowid);
  const create = prepareCreate(db, location);
  let committed = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let resolve: () => void = () => {};

  const apply = db.transaction((changes: readonly EntryChange[]) => {
    const keyByRef = new Map<number, number>();
    for (const change of changes) {
      if (change.type !== 'create') throw new Error(`a first index makes no ${change.type}`);
      const { parent } = change;
      const key = create(change, parent === null || parent > 0 ? parent : keyByRef.get(parent)!);
      keyByRef.set(change.ref, key);
    }
    return keyByRef;
  });
  return {
    location,
    entries: {
      // What is asked before anything was written.
      children: () => [],
      child: () => null,
      get: () => null,
      byFileId: () => [],
      apply: async (_location, changes) => {
        const keyByRef = apply.immediate(changes);
        committed += changes.length;
        if (committed >= wanted) resolve();
        return keyByRef;
      },
    },
    reached: (count) =>
      new Promise((done) => {
        wanted = count;
        resolve = done;
      }),
    close: () => void db.close(),
  };
}

function prepareCreate(db: Database.Database, location: number) {
  const findContent = db
    .prepare<[string], number>('select id from content_identities where uuid = ?')
    .pluck();
  const addContent = db.prepare(
    'insert into content_identities (uuid, content_hash, byte_size, kind, mime_type) values (?, ?, ?, ?, ?)',
  );
  const addEntry = db.prepare(
    `insert into entries (uuid, name, name_bytes, extension, kind, size, modified_at, created_at, location_id,
       parent_id, content_id, file_stamp, inode, hash_state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const closure = entryClosure.prepare(db);

  const contentOf = (content: CreateEntry['content']): number | null => {
    if (content === null) return null;
    // Some key that follows from the content, as long as a UUID.
    const uuid = content.hash.slice(0, 36);
    const known = findContent.get(uuid);
    if (known !== undefined) return known;
    const { hash, byteSize, kind, mimeType } = content;
    return Number(addContent.run(uuid, hash, byteSize, kind, mimeType).lastInsertRowid);
  };

  return (
    { name, nameBytes, extension, kind, facts, content }: CreateEntry,
    parent: number | null,
  ): number => {
    const { size, modifiedAt, createdAt, stamp } = facts;
    const named = [freshRecordId(Date.now()), name, nameBytes, extension, kind, size, modifiedAt, createdAt];
    const local = [stamp, stamp.split(':', 2)[1] ?? '', kind === 'file' ? 'done' : null];
    const { lastInsertRowid } = addEntry.run(...named, location, parent, contentOf(content), ...local);
    const key = Number(lastInsertRowid);
    closure.shown([key]);
    return key;
  };
}
