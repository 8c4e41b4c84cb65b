import { type Dot, dotHlc, dotReplica, makeDot, parseDot } from '../clock/dot.ts';
import type { Hlc } from '../clock/hlc.ts';
import type { ReplicaId } from '../ids.ts';

/**
 * Which changes a record's state includes: for every replica that changed it, the stamp of its latest change
 * (MRG-1). Usually one to three replicas.
 */
export type Version = ReadonlyMap<ReplicaId, Hlc>;

export const emptyVersion: Version = new Map();

/** How two versions stand to each other (MRG-2). */
export type VersionOrder = 'equal' | 'includes' | 'included' | 'concurrent';

/** Whether `version` includes the change that `dot` names. */
export function covers(version: Version, dot: Dot): boolean {
  const latest = version.get(dotReplica(dot));
  return latest !== undefined && latest >= dotHlc(dot);
}

/** Whether everything that `b` includes is included in `a`. */
export function includes(a: Version, b: Version): boolean {
  for (const [replica, hlc] of b) {
    const latest = a.get(replica);
    if (latest === undefined || latest < hlc) return false;
  }
  return true;
}

/** How `a` stands to `b`. */
export function compareVersions(a: Version, b: Version): VersionOrder {
  const aIncludes = includes(a, b);
  const bIncludes = includes(b, a);
  if (aIncludes) return bIncludes ? 'equal' : 'includes';
  return bIncludes ? 'included' : 'concurrent';
}

/** The least version that includes both. */
export function joinVersions(a: Version, b: Version): Version {
  if (includes(a, b)) return a;
  const joined = new Map(a);
  for (const [replica, hlc] of b) {
    const latest = joined.get(replica);
    if (latest === undefined || latest < hlc) joined.set(replica, hlc);
  }
  return joined;
}

/** `version` with one more change. */
export function withDot(version: Version, dot: Dot): Version {
  if (covers(version, dot)) return version;
  return new Map(version).set(dotReplica(dot), dotHlc(dot));
}

/** The latest dots of a version, ordered by replica. */
export function versionDots(version: Version): Dot[] {
  const dots: Dot[] = [];
  // Mostly one.
  const replicas = version.size > 1 ? [...version.keys()].sort() : version.keys();
  for (const replica of replicas) dots.push(makeDot(version.get(replica)!, replica));
  return dots;
}

/** The version that a list of dots spans. */
export function versionOf(dots: Iterable<Dot>): Version {
  let version = emptyVersion;
  for (const dot of dots) version = withDot(version, dot);
  return version;
}

/** Text of a version for a column: its dots ordered by replica, separated by spaces. Equal versions, equal text. */
export function formatVersion(version: Version): string {
  return versionDots(version).join(' ');
}

/** Parses the text of a version; throws `malformed-message`. */
export function parseVersion(text: string): Version {
  if (text === '') return emptyVersion;
  return versionOf(text.split(' ').map(parseDot));
}
