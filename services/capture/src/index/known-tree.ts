import { type BytePath, childPath, entryName, nameOf, namesOf, parentPath, rootPath } from './byte-path.ts';
import type { EntryStore, KnownEntry } from './entry-store.ts';

/** A folder that is being compared, with the folders above it. `key` may be a ref not yet written. */
export interface FolderNode {
  readonly path: BytePath;
  readonly key: number;
  readonly above: FolderNode | null;
}

/** Deeper than any path that an operating system takes; more is a ring, thus a bug of the store. */
const depthMax = 4_096;

/** The root entry of a location, if it was ever indexed. */
export async function rootOf(store: EntryStore, location: number): Promise<KnownEntry | null> {
  return (await store.children(location, null))[0] ?? null;
}

/** Where the index believes an entry to be; null when an entry above it is unknown. */
export async function pathOf(
  store: EntryStore,
  location: number,
  entry: KnownEntry,
): Promise<BytePath | null> {
  let path = rootPath;
  let at = entry;
  for (let depth = 0; depth < depthMax; depth++) {
    if (at.parent === null) return path;
    path = path === rootPath ? nameOf(at) : childPath(nameOf(at), path);
    const above = await store.get(location, at.parent);
    if (above === null) return null;
    at = above;
  }
  return null;
}

/** The known folder at `path`, or the deepest known one above it; null while nothing is indexed. */
export async function nearestFolder(
  store: EntryStore,
  location: number,
  path: BytePath,
): Promise<FolderNode | null> {
  const root = await rootOf(store, location);
  if (root === null) return null;
  let node: FolderNode = { path: rootPath, key: root.key, above: null };
  for (const name of namesOf(path)) {
    const child = await childFolder(store, location, node.key, name);
    if (child === null) break;
    node = { path: childPath(node.path, name), key: child.key, above: node };
  }
  return node;
}

async function childFolder(
  store: EntryStore,
  location: number,
  parent: number,
  name: BytePath,
): Promise<KnownEntry | null> {
  const child = await store.child(location, parent, entryName(name));
  if (child === null || child.kind === 'directory') return child;
  // A file that vanished may hold the name beside the folder for a moment.
  const children = await store.children(location, parent);
  return children.find((entry) => entry.kind === 'directory' && nameOf(entry) === name) ?? null;
}

/** The folder above `path`, and the name in it. */
export function splitPath(path: BytePath): { readonly folder: BytePath; readonly name: BytePath } {
  return { folder: parentPath(path), name: (namesOf(path).at(-1) ?? rootPath) as BytePath };
}
