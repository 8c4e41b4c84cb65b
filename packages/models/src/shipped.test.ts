import { copyFileSync } from 'node:fs';
import { type LogId, limits, type StreamId } from '@shoal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

const logId = 'log' as LogId;
const life = '018f0000-0000-7000-8000-00000000000a.00000000000000aa' as StreamId;
const otherLife = '018f0000-0000-7000-8000-00000000000a.00000000000000bb' as StreamId;
const at = (appliedSeq: number) => ({ logId, appliedSeq, appliedEntries: appliedSeq });

let a: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
});
afterEach(() => a.close());

const ship = (seq: number, appended: number, inLife = life) =>
  a.library.clearOutbox([], { logId, life: inLife, seq, appended });

test('[MRG-2] where in the log lies only what the library shipped is known until ingest has passed it', async () => {
  expect(a.library.shippedAfter(at(0))).toBeUndefined();
  await ship(5, 3);
  expect(a.library.shippedAfter(at(1))).toBeUndefined();
  expect(a.library.shippedAfter(at(2))).toMatchObject({ toSeq: 5, life });
  expect(a.library.shippedAfter(at(4))).toMatchObject({ toSeq: 5 });
  expect(a.library.shippedAfter({ ...at(2), logId: 'other' as LogId })).toBeUndefined();
  await ship(9, 4);
  expect(a.library.shippedAfter(at(2))).toMatchObject({ toSeq: 9 });
  await ship(12, 3, otherLife);
  expect(a.library.shippedAfter(at(2))).toMatchObject({ toSeq: 9, life });
  await a.library.apply([], at(9));
  expect(a.library.shippedAfter(at(2))).toBeUndefined();
  expect(a.library.shippedAfter(at(9))).toMatchObject({ toSeq: 12, life: otherLife });
});

test('[CHG-8] what the log had already is not taken for shipped', async () => {
  await ship(5, 0);
  expect(a.library.shippedAfter(at(4))).toBeUndefined();
});

test('[REP-6] a library that was put back knows of what it had shipped by then, and of no more', async () => {
  const { path } = a.options;
  await ship(3, 3);
  a.library.store.db.pragma('wal_checkpoint(truncate)');
  copyFileSync(path, `${path}.copy`);
  await ship(8, 5);
  expect(a.library.shippedAfter(at(0))).toMatchObject({ toSeq: 8 });
  a.library.store.db.pragma('wal_checkpoint(truncate)');
  a.reader.close();
  a.library.close();
  copyFileSync(`${path}.copy`, path);
  a.reopen();
  expect(a.library.shippedAfter(at(0))).toMatchObject({ toSeq: 3 });
  expect(a.library.shippedAfter(at(3))).toBeUndefined();
});

test('[LOG-3] where anything is in doubt what was shipped is read', async () => {
  await ship(5, 5);
  const db = a.library.store.db;
  db.prepare(
    "insert into shoal_parked (model, uuid, reason, since_ms) values ('tag', ?, 'unknown-schema', 0)",
  ).run(newId());
  expect(a.library.shippedAfter(at(0))).toBeUndefined();
});

test('stretches that others interrupt are bounded: the oldest are forgotten, and read', async () => {
  for (let n = 1; n <= limits.shippedStretchesMax + 1; n += 1) await ship(n * 2, 1);
  expect(a.library.shippedAfter(at(1))).toBeUndefined();
  expect(a.library.shippedAfter(at(3))).toMatchObject({ toSeq: 4 });
});
