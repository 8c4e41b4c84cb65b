import {
  type ModelName,
  parseVersion,
  type RecordId,
  type RecordRef,
  ShoalError,
  type Value,
} from '@shoal/core';
import {
  freshRecordId,
  type Library,
  type LibraryTransaction,
  type LocalWrite,
  type Sqlite,
} from '@shoal/library';
import { contentIdentityId } from '@shoal/models';
import type {
  Content,
  CreateEntry,
  EntryChange,
  EntryStore,
  KnownEntry,
  MoveEntry,
  UpdateEntry,
} from '../index/entry-store.ts';
import { isReady } from '../index/entry-store.ts';

const entryModel = 'entry' as ModelName;
const contentModel = 'content_identity' as ModelName;
const locationModel = 'location' as ModelName;

interface EntryRow {
  readonly key: number;
  readonly uuid: string | null;
  readonly parent: number | null;
  readonly name: string;
  readonly nameBytes: Uint8Array | null;
  readonly kind: KnownEntry['kind'];
  readonly size: number;
  readonly modifiedAt: number | null;
  readonly stamp: string | null;
  readonly contentHash: string | null;
}

/**
 * The index's port on library.db. Entries that are ready are written through capture; a file whose content is not
 * identified yet has a row without UUID, which nothing captures (CHG-9), and is given one when it is.
 */
export function entryRows(library: Library, secret: Buffer): EntryStore {
  const { db } = library.store;
  const statements = prepareReads(db);
  return {
    children: (location, parent) =>
      (parent === null ? statements.root.all(location) : statements.children.all(parent)).map(toKnown),
    child(_location, parent, { name, nameBytes }) {
      const rows = statements.child.all(parent, name);
      const row = rows.find((candidate) => sameBytes(candidate.nameBytes, nameBytes));
      return row === undefined ? null : toKnown(row);
    },
    get(_location, key) {
      const row = statements.byKey.get(key);
      return row === undefined ? null : toKnown(row);
    },
    byFileId: (location, fileId) => statements.byStamp.all(`${fileId}:`, `${fileId};`, location).map(toKnown),
    apply: (location, changes) =>
      library.transaction((transaction) => applyChanges(transaction, statements, secret, location, changes)),
  };
}

type Reads = ReturnType<typeof prepareReads>;

function prepareReads(db: Sqlite) {
  const select = `
    select e.id as key, e.uuid as uuid, e.parent_id as parent, e.name as name, e.name_bytes as nameBytes, e.kind as kind,
      e.size as size, e.modified_at as modifiedAt, e.file_stamp as stamp, c.content_hash as contentHash
    from entries e left join content_identities c on c.id = e.content_id`;
  return {
    root: db.prepare<[number], EntryRow>(`${select} where e.location_id = ? and e.parent_id is null`),
    children: db.prepare<[number], EntryRow>(`${select} where e.parent_id = ?`),
    child: db.prepare<[number, string], EntryRow>(`${select} where e.parent_id = ? and e.name = ?`),
    byKey: db.prepare<[number], EntryRow>(`${select} where e.id = ?`),
    byStamp: db.prepare<[string, string, number], EntryRow>(
      `${select} where e.file_stamp >= ? and e.file_stamp < ? and e.location_id = ?`,
    ),
    locationUuid: db.prepare<[number], string>('select uuid from locations where id = ?').pluck(),
    insertUnready: db.prepare(
      `insert into entries (name, name_bytes, extension, kind, size, modified_at, created_at, location_id, parent_id, file_stamp, hash_state)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
    ),
    updateUnready: db.prepare(
      'update entries set size = ?, modified_at = ?, created_at = ?, file_stamp = ? where id = ?',
    ),
    moveUnready: db.prepare(
      'update entries set name = ?, name_bytes = ?, extension = ?, parent_id = ? where id = ?',
    ),
    deleteUnready: db.prepare('delete from entries where id = ?'),
    giveUuid: db.prepare('update entries set uuid = ? where id = ?'),
    createdAt: db.prepare<[number], number | null>('select created_at from entries where id = ?').pluck(),
    extension: db.prepare<[number], string>('select extension from entries where id = ?').pluck(),
  };
}

/** One call of `apply`: gathers captured writes, then writes what is not ready beside them. */
function applyChanges(
  transaction: LibraryTransaction,
  statements: Reads,
  secret: Buffer,
  location: number,
  changes: readonly EntryChange[],
): ReadonlyMap<number, number> {
  const { store } = transaction;
  const locationId = statements.locationUuid.get(location) as RecordId | undefined;
  if (locationId === undefined)
    throw new ShoalError('not-found', `there is no location ${location}`, { field: 'location' });
  const uuidByRef = new Map<number, RecordId>();
  const keyByRef = new Map<number, number>();
  const writes: LocalWrite[] = [];
  const unready: (() => void)[] = [];

  const uuidOf = (key: number | null): RecordId | null => {
    if (key === null) return null;
    const uuid = key < 0 ? uuidByRef.get(key) : store.keys.uuidOf('entries', key);
    if (uuid === undefined) throw new ShoalError('internal', `the folder ${key} has no UUID`);
    return uuid as RecordId;
  };
  const keyOf = (key: number | null): number | null => (key === null || key > 0 ? key : keyByRef.get(key)!);
  const contentOf = (content: Content | null): RecordId | null => {
    if (content === null) return null;
    const id = contentIdentityId(secret, content.hash);
    const ref = { model: contentModel, id };
    if (!store.reader.isVisible(ref)) {
      const fields = new Map<string, Value>([
        ['content_hash', content.hash],
        ['byte_size', content.byteSize],
        ['kind', content.kind],
        ['mime_type', content.mimeType],
      ]);
      writes.push({ kind: 'replace', ref, fields, seen: null });
    }
    return id;
  };
  const put = (uuid: string, fields: Map<string, Value>, local: Record<string, string>) => {
    writes.push({
      kind: 'put',
      ref: { model: entryModel, id: uuid as RecordId },
      fields,
      seen: seenBy(store, uuid),
      local,
    });
  };

  const create = (change: CreateEntry) => {
    const isFile = change.kind === 'file';
    if (!isReady({ kind: change.kind, size: change.facts.size, contentHash: change.content?.hash ?? null })) {
      unready.push(() => {
        const { facts, name, nameBytes, extension, kind } = change;
        const values = [
          name,
          nameBytes,
          extension,
          kind,
          facts.size,
          facts.modifiedAt,
          facts.createdAt,
        ] as const;
        const { lastInsertRowid } = statements.insertUnready.run(
          ...values,
          location,
          keyOf(change.parent),
          facts.stamp,
        );
        keyByRef.set(change.ref, Number(lastInsertRowid));
      });
      return;
    }
    const id = freshRecordId(Date.now());
    uuidByRef.set(change.ref, id);
    const fields = new Map<string, Value>([
      ...nameFields(change, uuidOf(change.parent)),
      ['kind', change.kind],
      ['location', locationId],
      ['content', contentOf(change.content)],
      ['size', change.facts.size],
      ['modified_at', change.facts.modifiedAt],
      ['created_at', change.facts.createdAt],
    ]);
    const local = { ...localColumns(change.facts.stamp), hash_state: isFile ? 'done' : null };
    writes.push({ kind: 'replace', ref: { model: entryModel, id }, fields, seen: null, local });
    if (change.parent === null) {
      const root = new Map<string, Value>([['root_entry', id]]);
      writes.push({ kind: 'put', ref: { model: locationModel, id: locationId }, fields: root, seen: null });
    }
  };

  const update = (change: UpdateEntry) => {
    const uuid = store.keys.uuidOf('entries', change.key);
    const { size, modifiedAt, createdAt, stamp } = change.facts;
    if (uuid !== undefined) {
      const fields = new Map<string, Value>([
        ['size', size],
        ['modified_at', modifiedAt],
        ['created_at', createdAt],
      ]);
      if (change.content !== undefined) fields.set('content', contentOf(change.content));
      put(uuid, fields, localColumns(stamp));
      return;
    }
    statements.updateUnready.run(size, modifiedAt, createdAt, stamp, change.key);
    const row = statements.byKey.get(change.key);
    const content = change.content ?? null;
    if (row === undefined || !isReady({ kind: row.kind, size, contentHash: content?.hash ?? null })) return;
    // The file is ready: from here on it is a record.
    const id = freshRecordId(Date.now());
    statements.giveUuid.run(id, change.key);
    store.keys.set('entries', id, change.key);
    const fields = new Map<string, Value>([
      ['name', row.name],
      ['name_bytes', row.nameBytes],
      ['extension', statements.extension.get(change.key) as string],
      ['parent', uuidOf(row.parent)],
      ['kind', row.kind],
      ['location', locationId],
      ['content', contentOf(content)],
      ['size', size],
      ['modified_at', modifiedAt],
      ['created_at', createdAt],
    ]);
    const local = { ...localColumns(stamp), hash_state: 'done' };
    writes.push({ kind: 'replace', ref: { model: entryModel, id }, fields, seen: null, local });
  };

  const move = (change: MoveEntry) => {
    const uuid = store.keys.uuidOf('entries', change.key);
    if (uuid !== undefined) put(uuid, nameFields(change, uuidOf(change.parent)), {});
    else {
      const { name, nameBytes, extension, parent, key } = change;
      unready.push(() => statements.moveUnready.run(name, nameBytes, extension, keyOf(parent), key));
    }
  };

  const remove = (key: number) => {
    const uuid = store.keys.uuidOf('entries', key);
    if (uuid === undefined) statements.deleteUnready.run(key);
    else writes.push({ kind: 'delete', ref: { model: entryModel, id: uuid as RecordId }, seen: null });
  };

  for (const change of changes) {
    if (change.type === 'create') create(change);
    else if (change.type === 'update') update(change);
    else if (change.type === 'move') move(change);
    else remove(change.key);
  }
  transaction.capture(writes);
  for (const [ref, uuid] of uuidByRef) keyByRef.set(ref, store.keys.idOf('entries', uuid)!);
  for (const write of unready) write();
  return keyByRef;
}

function nameFields(change: CreateEntry | MoveEntry, parent: RecordId | null): Map<string, Value> {
  return new Map<string, Value>([
    ['name', change.name],
    ['name_bytes', change.nameBytes],
    ['extension', change.extension],
    ['parent', parent],
  ]);
}

/** The indexer is the only writer of its entries: what is there is what it has seen. */
function seenBy(store: LibraryTransaction['store'], uuid: string) {
  return parseVersion(store.records.version({ model: entryModel, id: uuid } as RecordRef) ?? '');
}

function localColumns(stamp: string): Record<string, string> {
  return { file_stamp: stamp, inode: stamp.split(':', 2)[1] ?? '' };
}

function toKnown(row: EntryRow): KnownEntry {
  return { ...row, modifiedAt: row.modifiedAt ?? 0 };
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return Buffer.compare(a, b) === 0;
}
