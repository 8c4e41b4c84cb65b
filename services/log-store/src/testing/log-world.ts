import { join } from 'node:path';
import {
  type DeviceId,
  emptyVersion,
  formatVersion,
  includes,
  joinVersions,
  limits,
  openRound,
  type PullRound,
  type RecordRef,
  type Version,
} from '@shoal/core';
import { type PositionedEntry, parsePositionedEntry, recordNamesToWire, uuidToBytes } from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import { parseEntries } from '../replicate/parse-entries.ts';
import { runRound } from '../replicate/run-round.ts';
import { fetchRecords } from '../serve/fetch-records.ts';
import { pullPage } from '../serve/pull-page.ts';
import { readPage } from '../serve/read-page.ts';
import { deviceA, deviceB, deviceC, library, makeEntry, recordId } from './make-entry.ts';
import { openTempLog, tempFolder } from './temp-log.ts';

/** One device as far as its log goes: sync.db, and what an ingest that only counts versions has applied of it. */
export interface WorldDevice {
  readonly device: DeviceId;
  readonly path: string;
  log: SyncLog;
  /** By record: everything that was applied. */
  applied: Map<string, Version>;
  cursor: { logId: string; appliedSeq: number };
  /** What ingest passed over. */
  exceptions: number[];
  rounds: Map<WorldDevice, PullRound>;
}

const devices = [deviceA, deviceB, deviceC];

export function openWorldDevices(count: number): WorldDevice[] {
  return devices.slice(0, count).map((device) => {
    const path = join(tempFolder(), 'sync.db');
    const log = openTempLog(path, device);
    const cursor = { logId: log.logId, appliedSeq: 0 };
    return { device, path, log, applied: new Map(), cursor, exceptions: [], rounds: new Map() };
  });
}

/** Appends a change of a state-based record, which has seen all that the log holds of it or nothing. */
export function appendChange(
  at: WorldDevice,
  { record, ms, hasSeen }: { readonly record: number; readonly ms: number; readonly hasSeen: boolean },
): PositionedEntry[] {
  const held = at.log.entries.headVersions('tag' as never, recordId(record));
  const seen = hasSeen ? held.reduce(joinVersions, emptyVersion) : emptyVersion;
  return at.log.append([makeEntry({ record, at: ms, seen, device: at.device, domain: 'index' })]);
}

/** Reads a page as ingest does, passes over what `isPoison` names, and acknowledges. Answers whether there is more. */
export function ingestPage(
  at: WorldDevice,
  limit: number,
  isPoison: (version: string) => boolean = () => false,
): boolean {
  const { log } = at;
  if (at.cursor.logId !== log.logId) {
    at.cursor = { logId: log.logId, appliedSeq: 0 };
    at.exceptions = [];
  }
  const fromSeq = at.cursor.appliedSeq + 1;
  const page = readPage(log, { libraryId: uuidToBytes(library), logId: log.logId, fromSeq, limit });
  for (const { seq, entry } of page.entries) {
    const { header } = parsePositionedEntry(entry!);
    if (isPoison(formatVersion(header.version))) at.exceptions.push(seq);
    else at.applied.set(header.recordId, joinVersions(appliedOf(at, header.recordId), header.version));
  }
  at.cursor.appliedSeq = Math.max(at.cursor.appliedSeq, page.nextSeq - 1);
  const { appliedSeq, logId } = at.cursor;
  log.acknowledge({ logId, appliedSeq, fromSeq: 1, exceptions: at.exceptions });
  return page.nextSeq > fromSeq && page.nextSeq <= page.headSeq;
}

export function compactAll({ log }: WorldDevice): number {
  let removed = 0;
  for (;;) {
    const step = log.compact();
    removed += step.removed;
    if (step.isDone) return removed;
  }
}

/** One page of a round, which is cut behind it; the next call goes on. Answers whether the round is over. */
export async function pullOnePage(to: WorldDevice, from: WorldDevice, limit: number): Promise<boolean> {
  let asked = 0;
  const end = await runRound(
    {
      log: to.log,
      ask: async (request) => {
        asked += 1;
        if (asked > 1) throw new Error('cut');
        return pullPage(from.log, { ...request, limit });
      },
      onPage: () => undefined,
    },
    to.rounds.get(from) ?? openRound(to.log.logId),
  );
  if (end.kind === 'cut') to.rounds.set(from, end.round);
  else to.rounds.delete(from);
  return end.kind !== 'cut';
}

/** What one device gives of a record to another that asks for it (DEP-4). */
export function askFor(to: WorldDevice, from: WorldDevice, record: number): void {
  const ref = { model: 'tag', id: recordId(record) } as RecordRef;
  const reply = fetchRecords(from.log, {
    libraryId: uuidToBytes(library),
    records: recordNamesToWire([ref]),
  });
  to.log.storeAsked(parseEntries(library, reply.entries).entries);
}

/** Opens sync.db anew, as a log-store does that was restarted. */
export function restartLog(at: WorldDevice): void {
  at.log.close();
  at.log = openTempLog(at.path, at.device);
  at.rounds.clear();
}

/** Everybody has everything, and has applied it. */
export async function settleWorld(
  world: readonly WorldDevice[],
  isPoison?: (version: string) => boolean,
): Promise<void> {
  for (let turn = 0; turn < world.length; turn += 1) {
    for (const to of world) {
      for (const from of world) {
        if (to === from) continue;
        while (!(await pullOnePage(to, from, limits.batchEntriesMax)));
      }
    }
  }
  for (const at of world) while (ingestPage(at, limits.batchEntriesMax, isPoison));
}

/** What a log holds. */
export function heldEntries({ log }: WorldDevice): { seq: number; entry: PositionedEntry; place: string }[] {
  return [...log.entries.between(1, log.headSeq)].map((row) => {
    const stream = log.streamById.get(row.streamId)!;
    const { originSeq, header, sealed, signature } = row;
    const position = { stream: Buffer.alloc(24), originSeq, groupFirst: 1, groupLast: originSeq };
    const wire = { header, sealed, signature, position: { ...position, predecessor: undefined } };
    const entry = parsePositionedEntry(wire);
    return { seq: row.seq, entry, place: `${stream} ${originSeq}` };
  });
}

/** The state that a log stands for: by record, the versions that no other includes. */
export function stateOf(at: WorldDevice): string[] {
  const held = heldEntries(at).map(({ entry }) => entry.header);
  return held
    .filter(
      ({ recordId: id, version }) =>
        !held.some(
          (other) => other.recordId === id && other.version !== version && includes(other.version, version),
        ),
    )
    .map(({ recordId: id, version }) => `${id} ${formatVersion(version)}`)
    .sort();
}

export function appliedOf({ applied }: WorldDevice, record: string): Version {
  return applied.get(record) ?? emptyVersion;
}
