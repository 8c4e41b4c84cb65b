import type { Dot } from '../clock/dot.ts';
import { limits } from '../limits.ts';
import type { RecordState, Sibling } from '../record/state.ts';
import { formatJson, isArray, isObject, type Json, parseJson } from './canonical-json.ts';
import { partsIn } from './slot.ts';

/**
 * An object whose leaves have dots of their own: each is a slot, named by its key path as a JSON array, with the leaf's
 * canonical JSON as value. Arrays are leaves; so are objects without keys. Of one path the last writer is shown, and who
 * removes a path leaves what was written to it meanwhile.
 */

/** One leaf as its slot says it. */
export interface Leaf {
  /** The key path as canonical JSON. */
  readonly part: string;
  readonly path: readonly string[];
  readonly siblings: readonly Sibling[];
}

/** What the slots of a map give. */
export interface MapView {
  /** The object as canonical JSON. */
  readonly text: string;
  /** Leaves that are not shown, as a later write made something else of their path, of what is above or below it. */
  readonly hidden: readonly Leaf[];
  /** The leaves that keep those from being shown. */
  readonly blocking: readonly Leaf[];
}

/** The leaves of a JSON object by their parts; undefined where the text is none, or a path is too long. */
export function readMap(text: string): ReadonlyMap<string, string> | undefined {
  const json = parseJson(text);
  if (json === undefined || !isObject(json)) return undefined;
  const leaves = new Map<string, string>();
  addLeaves(leaves, [], json);
  return [...leaves.keys()].every((part) => part.length <= limits.slotPartLengthMax) ? leaves : undefined;
}

/** The one text of a JSON object that `readMap` can read. */
export function canonicalMap(text: string): string {
  return formatJson(parseJson(text)!);
}

/** The object that a field shows in a state. Slots that are no leaves are nobody's. */
export function viewMap(state: Pick<RecordState, 'fields'>, field: string): MapView {
  const root: Node = { leaf: undefined, nodes: new Map() };
  const hidden: Leaf[] = [];
  const blocking = new Set<Leaf>();
  for (const leaf of leavesIn(state, field)) {
    const blockers = blockersOf(root, leaf);
    if (blockers.length === 0) place(root, leaf);
    else {
      hidden.push(leaf);
      for (const blocker of blockers) blocking.add(blocker);
    }
  }
  return { text: formatNode(root), hidden, blocking: [...blocking] };
}

/** Whether one of two paths leads through the other. */
export function isOnPath(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((key, index) => key === b[index]);
}

/** The key path that a part names; empty where it names none. */
export function pathOf(part: string): readonly string[] {
  const json = parseJson(part);
  if (json === undefined || !isArray(json)) return [];
  const keys = json.filter((key) => typeof key === 'string');
  return JSON.stringify(keys) === part ? keys : [];
}

/** The leaves of a field in a state, the last written first. */
export function leavesIn(state: Pick<RecordState, 'fields'>, field: string): Leaf[] {
  return partsIn(state, field)
    .flatMap(([part, siblings]) => {
      const path = pathOf(part);
      return path.length > 0 && isLeaf(siblings[0]!) ? [{ part, path, siblings }] : [];
    })
    .sort((a, b) => byDot(b.siblings[0]!.dot, a.siblings[0]!.dot));
}

interface Node {
  leaf: Leaf | undefined;
  readonly nodes: Map<string, Node>;
}

function addLeaves(
  leaves: Map<string, string>,
  path: readonly string[],
  json: { readonly [key: string]: Json },
): void {
  for (const [key, value] of Object.entries(json)) {
    const at = [...path, key];
    if (isObject(value) && Object.keys(value).length > 0) addLeaves(leaves, at, value);
    else leaves.set(JSON.stringify(at), formatJson(value));
  }
}

function isLeaf({ value }: Sibling): boolean {
  return typeof value === 'string' && parseJson(value) !== undefined;
}

function byDot(a: Dot, b: Dot): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An object without keys leaves room for keys. */
function isEmpty({ siblings }: Leaf): boolean {
  return siblings[0]!.value === '{}';
}

/** Leaves already placed that leave no room: above it, or, unless it is an object itself, below it. */
function blockersOf(root: Node, leaf: Leaf): Leaf[] {
  let node: Node | undefined = root;
  for (const key of leaf.path) {
    node = node.nodes.get(key);
    if (node === undefined) return [];
    if (node.leaf !== undefined && !isEmpty(node.leaf)) return [node.leaf];
  }
  return isEmpty(leaf) ? [] : leavesBelow(node);
}

function leavesBelow({ leaf, nodes }: Node): Leaf[] {
  const below = [...nodes.values()].flatMap(leavesBelow);
  return leaf === undefined ? below : [leaf, ...below];
}

function place(root: Node, leaf: Leaf): void {
  let node = root;
  for (const key of leaf.path) {
    let next = node.nodes.get(key);
    if (next === undefined) {
      next = { leaf: undefined, nodes: new Map() };
      node.nodes.set(key, next);
    }
    node = next;
  }
  node.leaf = leaf;
}

function formatNode({ leaf, nodes }: Node): string {
  if (leaf !== undefined && nodes.size === 0) return formatJson(parseJson(String(leaf.siblings[0]!.value))!);
  const members = [...nodes].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, node]) => `${JSON.stringify(key)}:${formatNode(node)}`).join(',')}}`;
}
