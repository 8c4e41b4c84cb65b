/** An entry's place in dependency order: level of its model, then priority, then depth (DEP-1). */
export interface RankParts {
  readonly level: number;
  readonly priority: number;
  /** Depth within self-references; 0 without. */
  readonly depth: number;
}

const byteEnd = 256;
const depthEnd = 65_536;

/** Packs a rank into 32 bits, so that numbers order as ranks do. What passes a bound shares the last place. */
export function packRank({ level, priority, depth }: RankParts): number {
  const clamp = (value: number, end: number) => Math.min(Math.max(value, 0), end - 1);
  return (clamp(level, byteEnd) * byteEnd + clamp(priority, byteEnd)) * depthEnd + clamp(depth, depthEnd);
}

/** What ordering needs to know of an entry. */
export interface Ranked {
  readonly rank: number;
  readonly isDelete: boolean;
  /** The record, as a key: entries of one record keep their order. */
  readonly record: string;
}

/**
 * Orders a group: upserts parents first, then deletes children first; entries of one record keep their order
 * (DEP-1). A record with several entries is placed by its last one, the state that the group ends with.
 */
export function dependencyOrder<T extends Ranked>(group: readonly T[]): T[] {
  const entriesByRecord = new Map<string, T[]>();
  for (const entry of group) {
    const entries = entriesByRecord.get(entry.record);
    if (entries === undefined) entriesByRecord.set(entry.record, [entry]);
    else entries.push(entry);
  }
  // Mostly each record has one entry.
  if (entriesByRecord.size === group.length) return [...group].sort(comparePlaces);
  const last = (entries: readonly T[]) => entries[entries.length - 1]!;
  return [...entriesByRecord.values()].sort((a, b) => comparePlaces(last(a), last(b))).flat();
}

function comparePlaces(a: Ranked, b: Ranked): number {
  if (a.isDelete !== b.isDelete) return a.isDelete ? 1 : -1;
  return a.isDelete ? b.rank - a.rank : a.rank - b.rank;
}
