import type { ContentKind } from './kind-of-content.ts';

/** A value, or the promise of one: a store may answer from memory or from a database. */
export type Awaitable<Value> = Value | Promise<Value>;

export type EntryKind = 'directory' | 'file' | 'symlink';

/**
 * A name on disk: `name` is its text; where the bytes are not UTF-8 it is escaped (`\xHH`) and `nameBytes`
 * holds the true bytes. The pair, not `name` alone, is unique in a folder.
 */
export interface EntryName {
  readonly name: string;
  readonly nameBytes: Uint8Array | null;
}

/** What the index knows of an entry. `parent` is null for the root of the location only. */
export interface KnownEntry extends EntryName {
  /** Local id, greater than 0. */
  readonly key: number;
  readonly parent: number | null;
  readonly kind: EntryKind;
  /** Bytes; 0 for directories. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** As of `stamp.ts`: what was on disk when the entry was last written. */
  readonly stamp: string | null;
  /** Null until the content is identified, for empty files, and for what is no file. */
  readonly contentHash: string | null;
}

/** The content of a file with at least one byte. `hash` is lower-case hex (see `content-hash.ts`). */
export interface Content {
  readonly hash: string;
  readonly byteSize: number;
  readonly mimeType: string;
  readonly kind: ContentKind;
}

/** What changes about an entry without a change of its name or place. Times in milliseconds since 1970. */
export interface EntryFacts {
  readonly size: number;
  readonly modifiedAt: number;
  /** Null where the file system does not know it. */
  readonly createdAt: number | null;
  readonly stamp: string;
}

export interface CreateEntry extends EntryName {
  readonly type: 'create';
  /** Negative: what later changes of the same call name as `parent`. */
  readonly ref: number;
  /** A key, the negative `ref` of an earlier create of the same call, or null for the root. */
  readonly parent: number | null;
  /** Lower case without the dot, '' if there is none. */
  readonly extension: string;
  readonly kind: EntryKind;
  readonly facts: EntryFacts;
  readonly content: Content | null;
}

export interface UpdateEntry {
  readonly type: 'update';
  readonly key: number;
  readonly facts: EntryFacts;
  /** The content from now on (null: not identified, or empty); absent: as it was. */
  readonly content?: Content | null;
}

export interface MoveEntry extends EntryName {
  readonly type: 'move';
  readonly key: number;
  /** A key, or the negative `ref` of an earlier create of the same call. */
  readonly parent: number | null;
  readonly extension: string;
}

/** Only ever of an entry that has no children left. */
export interface DeleteEntry {
  readonly type: 'delete';
  readonly key: number;
}

export type EntryChange = CreateEntry | UpdateEntry | MoveEntry | DeleteEntry;

/**
 * The port through which the index is read and written; the location is named by its local id. Within one
 * location the indexer is the only writer and never overlaps its calls of `apply`.
 */
export interface EntryStore {
  /** The entries of one folder; of null: the root entry, or nothing. */
  children(location: number, parent: number | null): Awaitable<readonly KnownEntry[]>;
  /** The entry of that very name in a folder; any of them where there are two. */
  child(location: number, parent: number, name: EntryName): Awaitable<KnownEntry | null>;
  get(location: number, key: number): Awaitable<KnownEntry | null>;
  /** The entries whose stamp starts with `${fileId}:`; more than one where hard links share an inode. */
  byFileId(location: number, fileId: string): Awaitable<readonly KnownEntry[]>;
  /**
   * Applies at most 1,000 changes in one transaction, in the given order: parents come before children,
   * deletes the other way round. A folder may hold a name twice: within a call, because names pass through
   * one another, and for a moment after it for two kinds, because what vanished may still turn up elsewhere.
   * Returns the key of each `ref`. Throws: nothing was applied.
   */
  apply(location: number, changes: readonly EntryChange[]): Promise<ReadonlyMap<number, number>>;
}

/** Directories, symbolic links and empty files are ready at once; a file when its content is identified. */
export function isReady(entry: { kind: EntryKind; size: number; contentHash: string | null }): boolean {
  return entry.kind !== 'file' || entry.size === 0 || entry.contentHash !== null;
}
