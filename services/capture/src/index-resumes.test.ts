import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits, type RecordId } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from './index/content-hash.ts';
import type { EntryStore } from './index/entry-store.ts';
import { indexLimits } from './index/index-limits.ts';
import { createIndexer, type Indexer } from './index/indexer.ts';
import { blindWatch } from './index/testing/test-indexer.ts';
import { createIndexHold } from './index-hold.ts';
import { entryRows } from './store/entry-rows.ts';
import { locationRows } from './store/location-rows.ts';
import { openTwoDevices, type TestDevice, type TwoDevices } from './testing/two-devices.ts';

/**
 * The hazard: an index takes minutes, and until its end other devices see nothing of it; or it is cut off, and begins anew
 * (S2-57). The method: A indexes forty folders of ten files, forty entries at a time, and its store is held before a
 * batch of choice, so that everything up to there is committed and nothing behind it is. B is given what A ships.
 */
const [folders, filesEach, batchChangesMax] = [40, 10, 40];
const entries = 1 + folders + folders * filesEach;
const secret = Buffer.alloc(32);
const within = { timeout: 20_000, interval: 5 };
let devices: TwoDevices;
let a: TestDevice;
let b: TestDevice;
let location: { readonly key: number; readonly id: RecordId };
let files: string;
let running: Indexer[];

beforeEach(async () => {
  devices = await openTwoDevices();
  ({ a, b } = devices);
  files = join(devices.folder, 'files');
  const longAgo = new Date(Date.now() - 3_600_000);
  for (let folder = 0; folder < folders; folder += 1) {
    mkdirSync(join(files, `folder-${folder}`), { recursive: true });
    for (let file = 0; file < filesEach; file += 1) {
      const path = join(files, `folder-${folder}`, `${folder}-${file}.txt`);
      writeFileSync(path, `file ${folder} ${file}`);
      utimesSync(path, longAgo, longAgo);
    }
  }
  const id = freshRecordId(Date.now());
  await a.put('location', id, { name: 'files', path: files, device: a.library.options.device });
  location = { id, key: locationRows(a.library).own(a.library.options.device)[0]!.key };
  await devices.ship();
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((indexer) => indexer.stop()));
  devices[Symbol.dispose]();
});

/** An indexer of A, as in a process of its own; before the batch `heldAt` (0, 1, …) its store waits for `release`. */
async function startIndexer({ heldAt = Infinity }: { readonly heldAt?: number } = {}) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: reach } = Promise.withResolvers<void>();
  const rows = entryRows(a.library, secret);
  const hashed: string[] = [];
  let batches = 0;
  const store: EntryStore = {
    ...rows,
    async apply(key, changes) {
      batches += 1;
      if (batches > heldAt) {
        reach();
        await released;
      }
      return rows.apply(key, changes);
    },
  };
  const indexer = createIndexer({
    store,
    log: { info() {}, warn() {} },
    homes: [],
    limits: { ...indexLimits, batchChangesMax },
    watchFolder: blindWatch,
    hashFile: async (path) => {
      hashed.push(String(path).split('/').at(-1)!);
      return hashFile(path);
    },
  });
  await indexer.addLocation({ key: location.key, path: files });
  return { indexer, held, release, hashed, state: () => indexer.status(location.key)! };
}

const idsOn = (device: TestDevice) => device.records('entry').map(({ uuid }) => String(uuid));
const dumpOf = ({ reader }: TestDevice) => [...reader.dump()];
const shipAll = async () => {
  while ((await devices.ship()).length > 0);
};

describe('while A still indexes', () => {
  test('[S2-57] [S1-04] [S1-10] B sees what was found so far, with its content, and the rest when it is found', async () => {
    const { indexer, held, release, state } = await startIndexer({ heldAt: 3 });
    running.push(indexer);
    await held;
    await shipAll();
    expect(state().state).toBe('scanning');
    // How far it is can be asked meanwhile.
    expect(state().counts.compared).toBeGreaterThan(0);
    expect(state().counts.compared).toBeLessThan(entries);
    expect(idsOn(b)).toHaveLength(3 * batchChangesMax);
    expect(b.records('content_identity').length).toBeGreaterThan(0);
    expect(dumpOf(b)).toEqual(dumpOf(a));
    release();
    await expect.poll(() => state().state, within).toBe('watching');
    await shipAll();
    expect(idsOn(b)).toHaveLength(entries);
    expect(dumpOf(b)).toEqual(dumpOf(a));
  });

  test('[S2-57] [CHG-8] what is held back of an index goes after five seconds, however long the index still takes', async () => {
    const { indexer, held, release, state } = await startIndexer({ heldAt: 1 });
    running.push(indexer);
    await held;
    let nowMs = 0;
    const hold = createIndexHold({
      isComparing: () => state().state === 'scanning',
      isOnlyIndex: () => true,
      nowMs: () => nowMs,
    });
    hold.writing(limits.indexHoldChangesMin);
    expect(hold.isHeld()).toBe(true);
    nowMs = limits.indexHoldMs;
    expect([hold.isHeld(), state().state]).toEqual([false, 'scanning']);
    release();
  });
});

describe('an index that is cut off', () => {
  test('[S2-57] by a kill goes on with what is not done: no file that was is read again, and nothing is there twice', async () => {
    const killed = await startIndexer({ heldAt: 5 });
    await killed.held;
    await shipAll();
    // What a process that dies here leaves: five batches, and a sixth that is never written. It is not heard of again.
    const before = idsOn(a);
    expect(before).toHaveLength(5 * batchChangesMax);
    const done = new Set(a.records('entry').map(({ name }) => String(name)));

    const next = await startIndexer();
    running.push(next.indexer);
    await expect.poll(() => next.state().state, within).toBe('watching');
    expect(next.hashed.filter((name) => done.has(name))).toEqual([]);
    expect(new Set(next.hashed).size).toBe(next.hashed.length);
    expect(idsOn(a)).toHaveLength(entries);
    expect(idsOn(a)).toEqual(expect.arrayContaining(before));
    const created = entries - before.length;
    expect(next.state().counts).toMatchObject({ created, updated: 0, moved: 0, deleted: 0 });
    await shipAll();
    expect(dumpOf(b)).toEqual(dumpOf(a));
  });

  test('[S2-57] by a stop writes what it has read, and goes on from there', async () => {
    const first = await startIndexer({ heldAt: 2 });
    await first.held;
    const stopped = first.indexer.stop();
    first.release();
    await stopped;
    const before = idsOn(a);
    expect(before.length).toBeGreaterThan(2 * batchChangesMax);
    expect(before.length).toBeLessThan(entries);

    const next = await startIndexer();
    running.push(next.indexer);
    await next.indexer.rescan(location.key);
    // Each file once, over both.
    const hashed = [...first.hashed, ...next.hashed];
    expect([hashed.length, new Set(hashed).size]).toEqual([folders * filesEach, folders * filesEach]);
    expect(idsOn(a)).toHaveLength(entries);
    expect(idsOn(a)).toEqual(expect.arrayContaining(before));
    await shipAll();
    expect(dumpOf(b)).toEqual(dumpOf(a));
  });

  test('[S2-57] by a stop within a large folder reads no more of it', async () => {
    const many = 10 * batchChangesMax;
    for (let file = 0; file < many; file += 1) writeFileSync(join(files, `large-${file}`), '');
    // All of one folder is compared before what is below it.
    const first = await startIndexer({ heldAt: 2 });
    await first.held;
    const stopped = first.indexer.stop();
    first.release();
    await stopped;
    expect(idsOn(a).length).toBeLessThan(5 * batchChangesMax);
  });
});
