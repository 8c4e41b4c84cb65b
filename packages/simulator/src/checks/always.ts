import {
  claims,
  compareVersions,
  includes,
  joinStates,
  type MemoryLibrary,
  mergeState,
  type RecordState,
  refKey,
  type Vector,
  type Version,
  versionDots,
} from '@shoal/core';
import { type Entry, placeKey } from '../data/entry.ts';
import type { LibraryCommit } from '../data/library-file.ts';
import type { LogRow } from '../data/log-content.ts';
import type { LogFile } from '../data/log-file.ts';
import type { Device } from '../device/device.ts';
import { mustHold } from './broken.ts';
import { expectedView, shownView } from './expected-view.ts';
import type { Ledger } from './ledger.ts';
import { describeState, expectedState } from './write-record.ts';

/** After a transaction of a library: every state is what its writes make it (MRG-1, MRG-2, MRG-4). */
export function checkStates(ledger: Ledger, { plan }: LibraryCommit): void {
  for (const { ref, stored } of plan?.stored ?? []) {
    const found = describeState(stored.state);
    const expected = expectedState(ledger.writesOf(ref), stored.state.version);
    mustHold(found === expected, 'MRG-1', () => `${refKey(ref)}: expected\n${expected}\nfound\n${found}`);
  }
}

/** The view that was kept up is the one that all states together give (DEP-2). */
export function checkView({ library }: Device): void {
  const expected = expectedView(library.registry, library.memory.records);
  const shown = shownView(library);
  const isEqual = expected.size === shown.size && [...expected].every(([key, row]) => shown.get(key) === row);
  mustHold(isEqual, 'DEP-2', () => {
    const keys = [...new Set([...expected.keys(), ...shown.keys()])];
    const different = keys.filter((key) => expected.get(key) !== shown.get(key));
    return different
      .map(
        (key) =>
          `${key}: expected ${expected.get(key)}, shown ${shown.get(key)}${whyParked(library.memory, key)}`,
      )
      .join('\n');
  });
}

function whyParked({ parked }: MemoryLibrary, key: string): string {
  const why = parked.get(key);
  if (why === undefined) return '';
  return `, parked: ${why.reason} ${why.waitsFor?.field} ${why.waitsFor?.target.id}`;
}

/** The three cases of a join are the full join (MRG-2). */
export function checkJoin(here: RecordState, incoming: RecordState): void {
  const fast = describeState(mergeState(here, incoming));
  const full = describeState(joinStates(here, incoming));
  mustHold(fast === full, 'MRG-2', () => `the fast case gives\n${fast}\nthe full join\n${full}`);
}

/**
 * What a log has, is there, or something that includes it and opens (LOG-2). It ends before each hole; what the lost
 * entry stood for may be gone as long as the hole is there (LOG-1).
 */
export function checkClaims({ log }: Device, ledger: Ledger): void {
  const { have, holes } = log.content;
  for (const hole of holes)
    mustHold(!claims(have, hole), 'LOG-1', () => `${placeKey(hole)} was lost, and counts as had`);
  const lost = holes.map((hole) => ledger.entries.get(placeKey(hole))!);
  checkThere(log, have, ledger, (entry) => lost.some((by) => isIncludedIn(by, entry)));
}

/** What a log tells others that it has, as it serves them, is there without any but (LOG-2). */
export function checkServed({ log }: Device, have: Vector, ledger: Ledger): void {
  // Else it is what was looked at when the log committed.
  if (log.content.holes.length > 0) checkThere(log, have, ledger, () => false);
}

function checkThere(log: LogFile, have: Vector, ledger: Ledger, isExcused: (entry: Entry) => boolean): void {
  if (have.size === 0) return;
  const { rows } = log.content;
  const places = new Set<string>();
  for (const { place } of rows.values()) places.add(place);
  for (const [place, entry] of ledger.entries) {
    if (!claims(have, entry) || places.has(place) || isLost(ledger, place, entry)) continue;
    const isIncluded = [...rows.values()].some((row) => standsFor(row, entry)) || isExcused(entry);
    mustHold(isIncluded, 'LOG-2', () => `${place} is claimed, and is not there (${describeEntry(entry)})`);
  }
}

/** A paused library takes in nothing of others (ING-4, ING-5). */
export function checkPaused({ index, pressure }: Device): void {
  mustHold(!pressure.isPaused, 'ING-5', () => `device ${index} is paused, and takes in what others have`);
}

/** Each change is taken into a stream once (LOG-1, CHG-8). */
export function checkTakenOnce(appended: readonly Entry[], ledger: Ledger): void {
  for (const entry of appended) {
    for (const [place, other] of ledger.entries) {
      if (other.stream !== entry.stream || other.dot !== entry.dot || other.ref.id !== entry.ref.id) continue;
      const isSame = compareVersions(other.version, entry.version) === 'equal';
      mustHold(
        // It, or what stood for it, was damaged in a log, and the library gives it again (LOG-1).
        !isSame || hadDamagedCover(ledger, other),
        'LOG-1',
        () => `${place} was taken in twice, again as ${placeKey(entry)}`,
      );
    }
  }
}

/** Parents first, deletes last and children first; a record stands where its last entry does (DEP-1). */
export function checkGroupOrder(appended: readonly Entry[]): void {
  const lasts = [...new Map(appended.map((entry) => [refKey(entry.ref), entry])).values()];
  lasts.sort((a, b) => a.originSeq - b.originSeq);
  for (const [at, entry] of lasts.entries()) {
    const before = lasts[at - 1];
    if (before === undefined || (!before.isDelete && entry.isDelete)) continue;
    const isInOrder = entry.isDelete ? entry.rank <= before.rank : entry.rank >= before.rank;
    mustHold(isInOrder && before.isDelete === entry.isDelete, 'DEP-1', () => {
      return `${describeEntry(before)} stands before ${describeEntry(entry)}`;
    });
  }
}

/** Places that were seen to be applied: states of one library only grow, until a copy takes its place. */
const seenApplied = new WeakMap<MemoryLibrary, Set<string>>();

/** What the applied vector claims has been applied, or was set aside with a reason (LOG-2, ING-2). */
export function checkApplied({ log, library }: Device, ledger: Ledger): void {
  const { cursor } = library.content;
  const heardSeq = cursor?.logId === log.content.logId ? cursor.appliedSeq : 0;
  // A library that went back tells its log with its next word; until then the log cannot know.
  if (heardSeq < log.content.appliedSeq) return;
  const applied = log.appliedVector();
  const seen = seenApplied.get(library.memory) ?? new Set<string>();
  seenApplied.set(library.memory, seen);
  for (const [place, entry] of ledger.entries) {
    if (seen.has(place) || !claims(applied, entry)) continue;
    if (entry.state === null || isLost(ledger, place, entry)) continue;
    const version = library.memory.record(entry.ref)?.state.version;
    const isApplied = version !== undefined && includes(version, entry.version);
    if (isApplied) {
      seen.add(place);
      continue;
    }
    // It was applied once; what replaced it was damaged before the library went back, and comes again (LOG-1).
    const isBehindDamage = () => hadDamagedCover(ledger, entry);
    mustHold(library.content.exceptions.has(place) || isBehindDamage(), 'ING-2', () => {
      return `${place} counts as applied, and is not (${describeEntry(entry)})`;
    });
  }
}

/** Whether something that includes it was damaged in a log. */
function hadDamagedCover({ damaged, entries }: Ledger, entry: Entry): boolean {
  return [...damaged].some((place) => {
    const by = entries.get(place);
    return by !== undefined && isIncludedIn(by, entry);
  });
}

function isIncludedIn(by: Entry, entry: Entry): boolean {
  return refKey(by.ref) === refKey(entry.ref) && includes(by.version, entry.version);
}

/** No file knew it any more when one went back or was damaged; or its copy was damaged, and opened for nobody. */
function isLost(ledger: Ledger, place: string, { dot, state }: Entry): boolean {
  return ledger.isStruck(dot) || (ledger.damaged.has(place) && state === null);
}

/** An entry stands for what it includes, if it opens (LOG-3), and for itself at another place (REP-6). */
function standsFor({ entry: by, record }: LogRow, entry: Entry): boolean {
  if (by.dot === entry.dot && by.state === entry.state && record === refKey(entry.ref)) return true;
  return record === refKey(entry.ref) && by.state !== null && includes(by.version, entry.version);
}

function describeEntry(entry: Entry): string {
  return `${refKey(entry.ref)} ${describeVersion(entry.version)}`;
}

function describeVersion(version: Version): string {
  return versionDots(version).join(' ');
}
