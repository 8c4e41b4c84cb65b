import { assert } from '@shoal/core';
import { nameOf } from '../byte-path.ts';
import type {
  Content,
  CreateEntry,
  EntryChange,
  EntryFacts,
  EntryStore,
  KnownEntry,
} from '../entry-store.ts';
import { fileIdOf } from '../stamp.ts';

/** A stored entry with what the port does not show. */
export interface StoredEntry extends KnownEntry {
  readonly extension: string;
  readonly createdAt: number | null;
  readonly content: Content | null;
}

/** The port in memory, for one location, as strict as a database with its constraints. */
export interface MemoryEntryStore extends EntryStore {
  readonly entries: ReadonlyMap<number, StoredEntry>;
  readonly applied: readonly (readonly EntryChange[])[];
  /** The key of every entry by its path in bytes, '' for the root. */
  keysByPath(): Map<string, number>;
  /** The next call of `apply` throws this. */
  failNext(error: Error): void;
}

export function createMemoryEntryStore(): MemoryEntryStore {
  let entries = new Map<number, StoredEntry>();
  const applied: (readonly EntryChange[])[] = [];
  let lastKey = 0;
  let failure: Error | null = null;
  const all = () => [...entries.values()];

  const path = (entry: StoredEntry): string => {
    if (entry.parent === null) return '';
    const above = path(entries.get(entry.parent)!);
    return above === '' ? nameOf(entry) : `${above}/${nameOf(entry)}`;
  };

  return {
    get entries() {
      return entries;
    },
    applied,
    keysByPath: () => new Map(all().map((entry) => [path(entry), entry.key])),
    failNext(error) {
      failure = error;
    },
    children: (_location, parent) => all().filter((entry) => entry.parent === parent),
    child: (_location, parent, name) =>
      all().find((entry) => entry.parent === parent && nameOf(entry) === nameOf(name)) ?? null,
    get: (_location, key) => entries.get(key) ?? null,
    byFileId: (_location, fileId) => all().filter((entry) => fileIdOf(entry.stamp) === fileId),
    async apply(_location, changes) {
      if (failure !== null) {
        const error = failure;
        failure = null;
        throw error;
      }
      assert(changes.length > 0 && changes.length <= 1_000, 'between 1 and 1,000 changes');
      const next = new Map(entries);
      const refs = new Map<number, number>();
      for (const change of changes) {
        if (change.type === 'create') refs.set(change.ref, ++lastKey);
        applyOne(next, change, (key) => (key !== null && key < 0 ? refs.get(key)! : key), lastKey);
      }
      check(next);
      entries = next;
      applied.push(changes);
      return refs;
    },
  };
}

function applyOne(
  entries: Map<number, StoredEntry>,
  change: EntryChange,
  keyOf: (key: number | null) => number | null,
  createdKey: number,
): void {
  if (change.type === 'create') {
    const parent = keyOf(change.parent);
    assert(parent === null || entries.has(parent), 'the parent of a created entry is there');
    entries.set(createdKey, created(change, createdKey, parent));
    return;
  }
  const before = entries.get(change.key);
  assert(before !== undefined, `entry ${change.key} is there`);
  switch (change.type) {
    case 'update':
      entries.set(change.key, { ...before, ...known(change.facts), ...contentOf(change.content, before) });
      break;
    case 'move': {
      const { name, nameBytes, extension } = change;
      const parent = keyOf(change.parent);
      assert(parent === null || entries.has(parent), 'the new parent is there');
      entries.set(change.key, { ...before, parent, name, nameBytes, extension });
      break;
    }
    case 'delete':
      assert(![...entries.values()].some((entry) => entry.parent === change.key), 'no children are left');
      entries.delete(change.key);
      break;
  }
}

function created(change: CreateEntry, key: number, parent: number | null): StoredEntry {
  const { name, nameBytes, extension, kind, facts, content } = change;
  const contentHash = content?.hash ?? null;
  return { key, parent, name, nameBytes, extension, kind, ...known(facts), content, contentHash };
}

function known(facts: EntryFacts) {
  const { size, modifiedAt, createdAt, stamp } = facts;
  return { size, modifiedAt, createdAt, stamp };
}

function contentOf(content: Content | null | undefined, before: StoredEntry) {
  const now = content === undefined ? before.content : content;
  return { content: now, contentHash: now?.hash ?? null };
}

function check(entries: ReadonlyMap<number, StoredEntry>): void {
  const names = new Set<string>();
  for (const entry of entries.values()) {
    const place = `${entry.kind} ${entry.parent}/${nameOf(entry)}`;
    assert(!names.has(place), `a name is taken once by each kind: ${place}`);
    names.add(place);
    const seen = new Set<number>();
    for (let at = entry; at.parent !== null; at = entries.get(at.parent)!) {
      assert(!seen.has(at.key) && entries.has(at.parent), 'the tree is a tree');
      seen.add(at.key);
    }
  }
}
