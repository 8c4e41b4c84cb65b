import { covers, type Dot, type RecordRef, refKey, type Version } from '@shoal/core';
import { type Entry, placeKey } from '../data/entry.ts';
import type { MadeWrite } from '../device/plan-capture.ts';
import type { Decided } from './decided.ts';

/** Every write that was ever acknowledged, and every entry that ever got its place: what nobody may lose. */
export interface Ledger {
  addWrites(made: readonly MadeWrite[]): void;
  addEntries(entries: readonly Entry[]): void;
  writesOf(ref: RecordRef): readonly MadeWrite[];
  readonly entries: ReadonlyMap<string, Entry>;
  /** Rows behind a gate that left their device (CHG-9). */
  readonly synced: Set<string>;
  /** Every decision of a conflict that was made (MRG-8). */
  readonly decided: Decided[];
  /** Places that a log has given up: its copy was damaged (LOG-1). */
  readonly damaged: Set<string>;
  /** Strikes writes that no file knows any more, after disks went back; `isKnown` tells what still is. */
  strikeLost(isKnown: (write: MadeWrite) => boolean): Dot[];
  isStruck(dot: Dot): boolean;
  /** Writes that are still owed and that a version of their record does not include. */
  missing(versionOf: (ref: RecordRef) => Version): MadeWrite[];
}

export function createLedger(): Ledger {
  const writesByRecord = new Map<string, MadeWrite[]>();
  const entries = new Map<string, Entry>();
  const struck = new Set<Dot>();
  const all = () => [...writesByRecord.values()].flat();
  return {
    addWrites(made) {
      for (const write of made) {
        const key = refKey(write.ref);
        const writes = writesByRecord.get(key);
        if (writes === undefined) writesByRecord.set(key, [write]);
        else writes.push(write);
      }
    },
    addEntries(added) {
      for (const entry of added) entries.set(placeKey(entry), entry);
    },
    writesOf: (ref) => writesByRecord.get(refKey(ref)) ?? [],
    entries,
    synced: new Set(),
    decided: [],
    damaged: new Set(),
    strikeLost(isKnown) {
      const lost = all().filter((write) => !struck.has(write.dot) && !isKnown(write));
      for (const { dot } of lost) struck.add(dot);
      return lost.map(({ dot }) => dot);
    },
    isStruck: (dot) => struck.has(dot),
    missing: (versionOf) => all().filter(({ ref, dot }) => !struck.has(dot) && !covers(versionOf(ref), dot)),
  };
}
