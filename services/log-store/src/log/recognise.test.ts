import { join } from 'node:path';
import { type LogId, limits } from '@shoal/core';
import { entryToWire, type LiveEntries, lifeToBytes, type PositionedEntry, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { type LibraryLog, openLibraryLog } from '../library-log.ts';
import type { ChannelHandler, LibraryChannel } from '../replicate/library-channel.ts';
import { flipWithin } from '../testing/damage-file.ts';
import { deviceA, deviceB, library, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';

const libraryId = uuidToBytes(library);
const ask = (log: LibraryLog, wholeLogId = '') =>
  log.recognise({ libraryId, sightings: [], wholeLogId, lastAppend: undefined, lastRead: undefined });

/** A's log-store, to which nobody speaks but the test: live, as B. Its clock stands until it is set. */
function world() {
  const path = join(tempFolder(), 'sync.db');
  const clock = { nowMs: 0 };
  let live: ChannelHandler<LiveEntries> = () => undefined;
  const nobody = () => Promise.reject(new Error('nobody answers'));
  const channel: LibraryChannel = {
    publishLive: () => undefined,
    publishHeartbeat: () => undefined,
    pull: nobody,
    fetch: nobody,
    onLive: (handler) => {
      live = handler;
    },
    onHeartbeat: () => undefined,
    onConnected: () => undefined,
    servePull: () => undefined,
    serveFetch: () => undefined,
    close: () => undefined,
  };
  const open = () => {
    const log = openLibraryLog({
      libraryId: library,
      device: deviceA,
      path,
      channel,
      surroundings: { nowMs: () => clock.nowMs, wallMs: () => 0, random: () => 0.5 },
      onReadable: () => undefined,
      report: silentLog(),
    });
    onTestFinished(() => log.close());
    return log;
  };
  return { path, clock, open, hear: (entries: LiveEntries['entries']) => live(deviceB, { entries }) };
}

const live = (entry: PositionedEntry) => {
  const { stream, predecessor: _none, ...numbers } = entry.position;
  return {
    ...entryToWire(entry),
    position: { ...numbers, stream: lifeToBytes(stream), predecessor: undefined },
  };
};

test('[REP-6] [REP-8] while entries wait unread for the rest of their group, the log says that it is settling', async () => {
  // The hazard: the library appends again what it knows, and an entry that waits unread stands for it; then that opens
  // for nobody, and the record is nowhere.
  const at = world();
  const log = at.open();
  const group = openTempLog(undefined, deviceB).append(
    [1, 2, 3].map((record) => makeEntry({ record, at: record, device: deviceB })),
  );
  at.clock.nowMs = limits.settleWaitMs + 1;
  expect(ask(log).settling).toBe(false);
  at.hear(group.slice(0, 2).map(live));
  await expect.poll(() => log.status().headSeq).toBe(2);
  expect(ask(log).settling).toBe(true);
  at.hear(group.slice(2).map(live));
  await expect.poll(() => log.status().headSeq).toBe(3);
  expect(ask(log).settling).toBe(false);
});

test('[LOG-1] [REP-6] a log has its holes back when the library says that it has appended all that it knows, and tells of them until then', async () => {
  const at = world();
  const entries = [1, 2, 3].map((record) => makeEntry({ record, at: record }));
  const wire = entries.map((entry) => entryToWire(entry));
  const before = at.open();
  expect(before.append({ libraryId, entries: wire }).appended).toBe(3);
  await before.close();
  flipWithin(at.path, Buffer.from(entries[1]!.sealed), 5);
  const log = at.open();
  expect(log.read({ libraryId, logId: '', fromSeq: 1, limit: 0 }).entries).toHaveLength(2);
  expect(log.status().holes).toBe(1);
  expect(log.append({ libraryId, entries: wire }).appended).toBe(1);
  ask(log, 'another' as LogId);
  expect(log.status().holes).toBe(1);
  ask(log, ask(log).logId);
  expect(log.status().holes).toBe(0);
});
