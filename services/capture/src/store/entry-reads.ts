import type { Sqlite } from '@shoal/library';
import type { EntryName, KnownEntry } from '../index/entry-store.ts';

type EntryRow = Omit<KnownEntry, 'modifiedAt'> & { readonly modifiedAt: number | null };

/** What the index asks of the entries in library.db, ready or not. */
export interface EntryReads {
  /** The entries of one folder; of null: the root entry of the location. */
  children(location: number, parent: number | null): KnownEntry[];
  child(parent: number, name: EntryName): KnownEntry | null;
  byKey(key: number): KnownEntry | null;
  byFileId(location: number, fileId: string): KnownEntry[];
  extension(key: number): string;
}

/** Prepares the statements. */
export function entryReads(db: Sqlite): EntryReads {
  const select = `
    select e.id as key, e.parent_id as parent, e.name as name, e.name_bytes as nameBytes, e.kind as kind,
      e.size as size, e.modified_at as modifiedAt, e.file_stamp as stamp, c.content_hash as contentHash
    from entries e left join content_identities c on c.id = e.content_id`;
  const root = db.prepare<[number], EntryRow>(`${select} where e.location_id = ? and e.parent_id is null`);
  const children = db.prepare<[number], EntryRow>(`${select} where e.parent_id = ?`);
  const named = db.prepare<[number, string], EntryRow>(`${select} where e.parent_id = ? and e.name = ?`);
  const byKey = db.prepare<[number], EntryRow>(`${select} where e.id = ?`);
  // Text that begins with `ID:` sorts from there up to `ID;`, the next character.
  const byStamp = db.prepare<[string, string, number], EntryRow>(
    `${select} where e.file_stamp >= ? and e.file_stamp < ? and e.location_id = ?`,
  );
  const extension = db.prepare<[number], string>('select extension from entries where id = ?').pluck();
  const known = (row: EntryRow | undefined) => (row === undefined ? null : toKnown(row));
  return {
    children: (location, parent) =>
      (parent === null ? root.all(location) : children.all(parent)).map(toKnown),
    child: (parent, { name, nameBytes }) =>
      known(named.all(parent, name).find((row) => isSameName(row.nameBytes, nameBytes))),
    byKey: (key) => known(byKey.get(key)),
    byFileId: (location, fileId) => byStamp.all(`${fileId}:`, `${fileId};`, location).map(toKnown),
    extension: (key) => String(extension.get(key) ?? ''),
  };
}

function toKnown(row: EntryRow): KnownEntry {
  return { ...row, modifiedAt: row.modifiedAt ?? 0 };
}

function isSameName(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
