import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { memoryNetwork } from '@shoal/bus';
import { limits, ShoalError } from '@shoal/core';
import { entryToWire, parsePositionedEntry, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { busChannel } from '../replicate/bus-channel.ts';
import { openDb } from '../store/open-db.ts';
import { flipByte } from '../testing/damage-file.ts';
import { deviceA, deviceB, library, makeEntry } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';
import { tempFolder } from '../testing/temp-log.ts';
import { openLastingLog } from './lasting-log.ts';
import { setAsideFile } from './set-aside-file.ts';

const within = { timeout: 15_000, interval: 10 };
const libraryId = uuidToBytes(library);
const entries = (count: number) =>
  Array.from({ length: count }, (_, at) => entryToWire(makeEntry({ record: at, at: at + 1 })));

/** A's log, of which B has all; each opening of it is a start of the log-store. */
async function openPair() {
  const network = memoryNetwork();
  const path = join(tempFolder(), 'sync.db');
  const open = () => {
    const { bus } = network.connect();
    const log = openLastingLog({
      libraryId: library,
      device: deviceA,
      path,
      openChannel: () => busChannel({ bus, library, device: deviceA, report: silentLog() }),
      surroundings: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: () => Math.random() },
      onReadable: () => undefined,
      report: silentLog(),
    });
    onTestFinished(async () => {
      await log.close();
      await bus.close();
    });
    return log;
  };
  const b = openMemoryPeer(network, deviceB);
  const first = open();
  first.append({ libraryId, entries: entries(200) });
  await expect.poll(() => b.status().entries, within).toBe(200);
  const { logId } = first.status();
  await first.close();
  return { path, open, logId };
}

const recordsOf = (log: ReturnType<typeof openLastingLog>) =>
  log.read({ libraryId, logId: '', fromSeq: 1, limit: 0 }).entries.map(({ entry }) => {
    const { recordId } = parsePositionedEntry(entry!).header;
    return recordId;
  });
const asideOf = (path: string) => readdirSync(dirname(path)).filter((name) => name.includes('.damaged-'));
/** While a new log begins, it is not there; then it is filled. */
const soonRefilled = (log: ReturnType<typeof openLastingLog>) =>
  expect
    .poll(() => {
      try {
        return recordsOf(log).length;
      } catch (error) {
        expect(error).toBeInstanceOf(ShoalError);
        return 0;
      }
    }, within)
    .toBe(200);

describe('lasting log', () => {
  it('[LOG-1] a file that does not open is set aside, and the new log is filled from the peers', async () => {
    const { path, open, logId } = await openPair();
    // The first page says what the file is.
    for (let offset = 0; offset < 100; offset += 1) flipByte(path, offset, 0xff);
    const log = open();
    expect(log.status().logId).not.toBe(logId);
    await soonRefilled(log);
    const [aside] = asideOf(path);
    expect(statSync(join(dirname(path), aside!)).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('[LOG-1] a page that is found damaged while the log is in use ends that file, and a new log goes on', async () => {
    const { path, open, logId } = await openPair();
    // The head of each page but the first few, on which the file's own tables begin.
    for (let page = 14; page * 4_096 < statSync(path).size; page += 1) {
      for (let at = 0; at < 8; at += 1) flipByte(path, page * 4_096 + at, 0xff);
    }
    const log = open();
    await soonRefilled(log);
    expect(log.status().logId).not.toBe(logId);
    expect(asideOf(path)).not.toEqual([]);
    // It numbers in a stream of its own, and takes on what is new.
    expect(log.append({ libraryId, entries: entries(201) })).toMatchObject({ appended: 1 });
  });

  it('[LOG-1] a file that was cut short is set aside, also one that was cut to nothing', async () => {
    for (const part of [0.6, 0.3, 0]) {
      const { path, open, logId } = await openPair();
      truncateSync(path, Math.floor(statSync(path).size * part));
      const log = open();
      await soonRefilled(log);
      expect(log.status().logId).not.toBe(logId);
    }
  });

  it('[LOG-1] of damaged files the newest few are kept', () => {
    const path = join(tempFolder(), 'sync.db');
    for (let second = 0; second < limits.damagedLogsMax + 2; second += 1) {
      for (const name of [path, `${path}-wal`]) writeFileSync(name, '');
      setAsideFile(path, second * 1_000);
    }
    expect(existsSync(path)).toBe(false);
    expect(asideOf(path)).toHaveLength(2 * limits.damagedLogsMax);
    expect(asideOf(path)[0]).toBe('sync.db.damaged-19700101T000002000Z');
  });

  it('what is no damage is told to who opens it, and sets nothing aside', async () => {
    const { path, open } = await openPair();
    const db = openDb(path);
    db.exec(`update log set library_id = 'another'`);
    db.close();
    expect(open).toThrow(expect.objectContaining({ code: 'damaged-file' }));
    expect(asideOf(path)).toEqual([]);
  });
});
