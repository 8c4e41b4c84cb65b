import { type Dot, dotDevice } from '../clock/dot.ts';
import type { DeviceId } from '../ids.ts';
import type { Value } from './value.ts';
import { emptyVersion, type Version } from './version.ts';

/** A value that nobody who saw it has replaced, and the change that wrote it. */
export interface Sibling {
  readonly dot: Dot;
  readonly value: Value;
}

/**
 * The merged state of a record (MRG-1): a causal CRDT of dots under a per-record version vector (Almeida et al.,
 * "Delta state replicated data types", 2018). The row in library.db is a view of it.
 */
export interface RecordState {
  readonly version: Version;
  /** Siblings by field, greatest dot first; a field without siblings is not in the map. */
  readonly fields: ReadonlyMap<string, readonly Sibling[]>;
  /** The delete dots in force, greatest first. */
  readonly deletes: readonly Dot[];
}

/** A record that nobody has written. */
export const emptyState: RecordState = { version: emptyVersion, fields: new Map(), deletes: [] };

/** Orders siblings greatest first: the first is the last writer. No two of a field have one dot. */
export function byDotDescending(a: Sibling, b: Sibling): number {
  return a.dot < b.dot ? 1 : -1;
}

/** Every dot of the state that is still in force. */
export function* dotsOf(state: Pick<RecordState, 'fields' | 'deletes'>): Iterable<Dot> {
  for (const siblings of state.fields.values()) for (const sibling of siblings) yield sibling.dot;
  yield* state.deletes;
}

/** `state` without the dots that devices other than `owner` made (MRG-5). */
export function ownDotsOnly(state: RecordState, owner: DeviceId): RecordState {
  if (isOwnedWholly(state, owner)) return state;
  const fields = new Map<string, readonly Sibling[]>();
  for (const [field, siblings] of state.fields) {
    const own = siblings.filter((sibling) => dotDevice(sibling.dot) === owner);
    if (own.length > 0) fields.set(field, own);
  }
  return { version: state.version, fields, deletes: state.deletes.filter((dot) => dotDevice(dot) === owner) };
}

/** Fields mostly share one dot, which is looked at once. */
function isOwnedWholly(state: RecordState, owner: DeviceId): boolean {
  let judged: Dot | undefined;
  const isOwn = (dot: Dot) => {
    if (dot !== judged && dotDevice(dot) !== owner) return false;
    judged = dot;
    return true;
  };
  for (const siblings of state.fields.values()) for (const { dot } of siblings) if (!isOwn(dot)) return false;
  return state.deletes.every(isOwn);
}
