import type { ModelName, RecordId, Value } from '@shoal/core';
import { freshRecordId, type LocalWrite } from '@shoal/library';

/** Folders within each other, the location's root among them; the files of the deepest lie one below. */
export const treeDepth = 30;

/** Entries of one location, as writes; what is chosen follows from the seed alone. */
export interface GrownTree {
  /** The next so many entries, parents first: of each depth as many, a tenth of them folders. */
  grow(count: number): LocalWrite[];
  /**
   * The move of a folder `depth` below the root into another folder as far down as the one that it lay in, with all below
   * it. So nothing comes to lie below itself, and the tree is as deep at its end as at its beginning.
   */
  move(depth: number): LocalWrite;
}

/** A tree without entries. Its first batch must be longer than it is deep. */
export function grownTree(location: RecordId, seed: number): GrownTree {
  const random = randomFrom(seed);
  const foldersByDepth: RecordId[][] = Array.from({ length: treeDepth }, () => []);
  let count = 0;
  const pick = (depth: number) => {
    const folders = foldersByDepth[depth]!;
    return folders[Math.floor(random() * folders.length)]!;
  };
  const add = (): LocalWrite => {
    const number = count++;
    const depth = number < treeDepth ? number : 1 + (number % treeDepth);
    // The first of each depth are folders, or nothing could lie below.
    const isFolder = depth < treeDepth && (number < treeDepth || Math.floor(number / treeDepth) % 10 === 0);
    const parent = depth === 0 ? null : pick(depth - 1);
    const id = freshRecordId(Date.now());
    if (isFolder) foldersByDepth[depth]!.push(id);
    const kind = isFolder ? 'directory' : 'file';
    return entryWrite('replace', id, { name: `entry ${number}`, kind, location, parent });
  };
  return {
    grow: (entries) => Array.from({ length: entries }, add),
    move: (depth) => entryWrite('put', pick(depth), { parent: pick(depth - 1) }),
  };
}

function entryWrite(
  kind: 'put' | 'replace',
  id: RecordId,
  fields: Readonly<Record<string, Value>>,
): LocalWrite {
  const ref = { model: 'entry' as ModelName, id };
  return { kind, ref, fields: new Map(Object.entries(fields)), seen: null };
}

/** Mulberry32: the same numbers from the same seed, at least 0 and below 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
