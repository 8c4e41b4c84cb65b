import { setImmediate as nextTurn } from 'node:timers/promises';
import { memoryNetwork } from '@shoal/bus';
import { limits, type ModelName } from '@shoal/core';
import { expect, test } from 'vitest';
import { deviceA, deviceB, recordId } from '../testing/make-entry.ts';
import { type MemoryPeer, openMemoryPeer } from '../testing/memory-peer.ts';
import { tempFolder } from '../testing/temp-log.ts';
import { diskFreeBytes } from './disk-free.ts';
import { openPressure } from './pressure.ts';

const within = { timeout: 30_000, interval: 10 };
const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ record: from + at, at: from + at }));
const soonCounts = (peer: MemoryPeer, count: number) =>
  expect.poll(() => peer.status().entries, within).toBe(count);

test('[ING-5] a log that is far ahead of its ingest takes no more in, and goes on as ingest does', async () => {
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  for (let from = 1; from <= 5_000; from += 1_000) a.append(...range(from, 1_000));
  // What A told live is past: B has to pull.
  await nextTurn();
  const b = openMemoryPeer(network, deviceB, Math.random, {
    throttleBounds: { ...limits, unappliedMax: 2_000 },
  });
  await expect.poll(() => b.status().throttled, within).toBe('unapplied');
  // The page that was asked for when there was room is still taken in.
  await soonCounts(b, 4_000);
  // What comes live finds no room either; B knows from it what it has to ask for, without a heartbeat.
  a.append({ record: 9_999, at: 9_999 });
  await expect.poll(() => b.status().behind, within).toBe(1_001);
  expect(b.status().entries).toBe(4_000);
  b.acknowledge();
  await soonCounts(b, 5_001);
  b.acknowledge();
  expect(b.status()).toMatchObject({ throttled: '', behind: 0 });
});

test('[ING-5] at the bound of the disk nothing is taken in; what is written here is, and the rest comes once there is room', async () => {
  let free = limits.diskFreeMinBytes - 1;
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  a.append(...range(1, 50));
  const b = openMemoryPeer(network, deviceB, Math.random, { diskFreeBytes: () => free });
  await expect.poll(() => b.status().behind, within).toBe(50);
  a.append(...range(51, 50));
  b.append(...range(1_000, 5));
  await soonCounts(a, 105);
  expect(b.status()).toMatchObject({ throttled: 'disk-full', entries: 5 });
  free = limits.diskFreeMinBytes;
  await soonCounts(b, 105);
  expect(b.status().have).toEqual(a.status().have);
});

test('[ING-4] a paused log takes nothing in, also after a restart; it is appended to and served', async () => {
  const network = memoryNetwork();
  const [a, b] = [openMemoryPeer(network, deviceA), openMemoryPeer(network, deviceB)];
  a.append(...range(1, 5));
  await soonCounts(b, 5);
  b.setPaused(true);
  a.append(...range(10, 5));
  b.append(...range(100, 5));
  await soonCounts(a, 15);
  await b.restart();
  await expect.poll(() => b.status().behind, within).toBe(5);
  expect(b.status()).toMatchObject({ throttled: 'paused', entries: 10 });
  b.setPaused(false);
  await soonCounts(b, 15);
  expect(b.contents()).toEqual(a.contents());
});

test('[ING-5] a hub’s log is applied by nobody, so nothing of it counts as waiting', () => {
  const log = { readableSeq: limits.unappliedMax + 1, appliedSeq: 0 };
  const of = (hasIngest: boolean) =>
    openPressure({ log, isPaused: false, hasIngest, diskFreeBytes: () => null }).throttle();
  expect([of(true), of(false)]).toEqual(['unapplied', null]);
});

test('[ING-5] the free space is that of the disk; where there is no such place nobody can tell', () => {
  const folder = tempFolder();
  expect(diskFreeBytes(folder)).toBeGreaterThan(0);
  expect(diskFreeBytes(`${folder}/nowhere`)).toBeNull();
});

test('[ING-5] [DEP-4] at the bound of the disk what is asked for by name still comes; while paused it does not', async () => {
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  a.append(...range(1, 5));
  await nextTurn();
  const b = openMemoryPeer(network, deviceB, Math.random, { diskFreeBytes: () => 0 });
  await expect.poll(() => b.status().behind, within).toBe(5);
  const wanted = { ref: { model: 'tag' as ModelName, id: recordId(3) }, origin: deviceA };
  b.setPaused(true);
  b.want(wanted);
  // An answer would have come before the news of what A appends now.
  a.append({ record: 100, at: 100 });
  await expect.poll(() => b.status().behind, within).toBe(6);
  expect(b.status()).toMatchObject({ throttled: 'paused', entries: 0 });
  b.setPaused(false);
  b.want(wanted);
  await soonCounts(b, 1);
  expect(b.status()).toMatchObject({ throttled: 'disk-full', behind: 6 });
});
