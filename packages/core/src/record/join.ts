import type { Dot } from '../clock/dot.ts';
import { byDotDescending, type RecordState, type Sibling } from './state.ts';
import { compareVersions, covers, joinVersions, type Version } from './version.ts';

/** What an incoming state means for the one that is here (MRG-2). */
export type JoinCase = 'skip' | 'take' | 'join';

/** Tells the case from versions alone, so that a payload that is included need not be opened. */
export function joinCase(here: Version, incoming: Version): JoinCase {
  switch (compareVersions(here, incoming)) {
    case 'equal':
    case 'includes':
      return 'skip';
    case 'included':
      return 'take';
    case 'concurrent':
      return 'join';
  }
}

/**
 * The full join: a dot stays if both sides have it, or one has it and the other's version does not cover it
 * (MRG-2). Commutative, associative, idempotent.
 */
export function joinStates(a: RecordState, b: RecordState): RecordState {
  const fields = new Map<string, readonly Sibling[]>();
  for (const field of new Set([...a.fields.keys(), ...b.fields.keys()])) {
    const siblings = joinSiblings(a.fields.get(field) ?? [], a.version, b.fields.get(field) ?? [], b.version);
    if (siblings.length > 0) fields.set(field, siblings);
  }
  return {
    version: joinVersions(a.version, b.version),
    fields,
    deletes: joinDots(a.deletes, a.version, b.deletes, b.version),
  };
}

/** The join by its three cases: the two fast ones open nothing. Equal to `joinStates` for states of one history. */
export function mergeState(here: RecordState, incoming: RecordState): RecordState {
  switch (joinCase(here.version, incoming.version)) {
    case 'skip':
      return here;
    case 'take':
      return incoming;
    case 'join':
      return joinStates(here, incoming);
  }
}

function joinSiblings(
  a: readonly Sibling[],
  aVersion: Version,
  b: readonly Sibling[],
  bVersion: Version,
): Sibling[] {
  const kept = a.filter((s) => !covers(bVersion, s.dot) || b.some((other) => other.dot === s.dot));
  const added = b.filter((s) => !covers(aVersion, s.dot));
  return [...kept, ...added].sort(byDotDescending);
}

function joinDots(a: readonly Dot[], aVersion: Version, b: readonly Dot[], bVersion: Version): Dot[] {
  const kept = a.filter((dot) => !covers(bVersion, dot) || b.includes(dot));
  const added = b.filter((dot) => !covers(aVersion, dot));
  return [...kept, ...added].sort().reverse();
}
