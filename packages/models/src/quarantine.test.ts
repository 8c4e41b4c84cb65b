import { type LogId, limits, ShoalError, type StreamId } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId, type ShippedEntry, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

const oldKey = Buffer.alloc(32, 7);
const newKey = Buffer.alloc(32, 8);
const logId = 'test' as LogId;

let a: TestDevice;
let b: TestDevice;
/** Of B; a test gives it more. */
let keysById: Map<number, Buffer>;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  keysById = new Map([[1, oldKey]]);
  a = await testDevice(1, undefined, {
    ring: {
      currentKeyId: 2,
      keysById: new Map([
        [1, oldKey],
        [2, newKey],
      ]),
    },
  });
  b = await testDevice(2, () => nowMs, { ring: { currentKeyId: 1, keysById } });
  await b.drain();
});
afterEach(() => {
  a.close();
  b.close();
});

const waiting = () => b.library.quarantined.waiting(0, 1_000);
const due = () => b.library.quarantined.due(nowMs, 1_000);
const passedOver = (log = logId) => b.library.exceptions.between(log, 1, 100_000, 100_000);
const damaged = (entry: ShippedEntry): ShippedEntry => ({ ...entry, sealed: Buffer.alloc(64, 1) });

describe('an entry whose key is not here yet', () => {
  test('[ING-3] is tried again by itself, at growing intervals, and applied once the key is here', async () => {
    await ship(a, [b]);
    await a.put('tag', newId(), { canonical_name: 'sealed anew' });
    await ship(a, [b]);
    expect([waiting().length, due()]).toEqual([2, []]);
    nowMs += limits.quarantineRestBaseMs;
    expect(due()).toEqual(waiting());
    expect(await b.library.retryQuarantined(due())).toMatchObject({ applied: 0, kept: 2, liftedSeq: null });
    nowMs += limits.quarantineRestBaseMs;
    expect(due()).toEqual([]);
    nowMs += limits.quarantineRestBaseMs;
    keysById.set(2, newKey);
    expect(await b.library.retryQuarantined(due())).toMatchObject({ applied: 2, kept: 0, liftedSeq: 1 });
    expect([waiting(), passedOver()]).toEqual([[], []]);
    expect(b.dump().filter((line) => line.includes('"tag"'))).toEqual(
      a.dump().filter((line) => line.includes('"tag"')),
    );
  });

  test('[ING-3] is due, too, when the clock went back', async () => {
    await ship(a, [b]);
    nowMs -= 10 * limits.quarantineRestCapMs;
    expect(due()).toEqual(waiting());
  });

  test('[ING-3] tells who watches when it is applied', async () => {
    const heard: unknown[] = [];
    await ship(a, [b]);
    b.library.onChanges((changes, isLocal) => heard.push([changes.length, isLocal]));
    keysById.set(2, newKey);
    await b.library.retryQuarantined(waiting());
    expect(heard).toEqual([[1, false]]);
  });
});

describe('an entry that does not open', () => {
  beforeEach(() => {
    keysById.set(2, newKey);
  });

  test('[ING-3] is not tried again by itself; tried by command it stays, and removes nothing', async () => {
    const [entry] = await a.drain();
    await b.apply([damaged(entry!)]);
    nowMs += limits.quarantineRestCapMs;
    expect(due()).toEqual([]);
    expect(await b.library.retryQuarantined(waiting())).toMatchObject({ applied: 0, kept: 1 });
    expect([waiting().length, passedOver()]).toEqual([1, [1]]);
  });

  test('[ING-3] [LOG-3] goes when the good copy comes, and stays passed over, as every copy does that comes after it', async () => {
    const [entry] = await a.drain();
    await b.apply([damaged(entry!), entry!]);
    expect([waiting(), passedOver()]).toEqual([[], [1]]);
    await b.apply([damaged(entry!), entry!]);
    // The bad copy says nothing new, so it does not wait; but it must not stand for the good one in the log (LOG-3).
    expect([waiting(), passedOver()]).toEqual([[], [1, 3]]);
  });

  test('[LOG-3] that says nothing new counts as applied only where the device itself placed it into its log', async () => {
    await b.put('tag', newId(), { canonical_name: 'its own' });
    const [own] = await b.drain();
    const placedBy = (device: TestDevice) => {
      const stream = `${device.id}.${'a'.repeat(16)}` as StreamId;
      const position = { stream, originSeq: 1, groupFirst: 1, groupLast: 1, predecessor: null };
      return { ...damaged(own!), position };
    };
    await b.apply([placedBy(b), placedBy(a), own!]);
    expect([waiting(), passedOver()]).toEqual([[], [2]]);
  });

  test('[ING-3] stays while the library has only a part of what it says', async () => {
    const tag = newId();
    await a.put('tag', tag, { canonical_name: 'one' });
    const entries = await a.drain();
    await a.put('tag', tag, { canonical_name: 'two' });
    const [later] = await a.drain();
    await b.apply([damaged(later!), ...entries]);
    expect(waiting().length).toBe(1);
    await b.apply([later!]);
    expect(waiting()).toEqual([]);
  });

  test('[ING-3] copies that differ wait each for itself, the same copy once, at the place where it was met last', async () => {
    const [entry] = await a.drain();
    const other = { ...entry!, sealed: Buffer.alloc(64, 2) };
    await b.apply([damaged(entry!), other, damaged(entry!)]);
    expect([waiting().length, passedOver()]).toEqual([2, [1, 2, 3]]);
  });

  test('[ING-3] that is discarded is forgotten and stays passed over, also when the log is followed anew', async () => {
    const [entry] = await a.drain();
    await b.apply([damaged(entry!)]);
    const [id] = waiting();
    expect(await b.library.discardQuarantined([id!, id!, 77])).toBe(1);
    expect([waiting(), b.library.quarantined.count(), passedOver()]).toEqual([[], 0, [1]]);
    expect(await b.library.retryQuarantined([id!])).toMatchObject({ applied: 0, kept: 0 });
    const other = 'other' as LogId;
    await b.library.sweepExceptions(other);
    const cursor = { logId: other, appliedSeq: 4, appliedEntries: 1 };
    await b.library.apply([{ seq: 4, entry: damaged(entry!) }], cursor);
    expect([waiting(), passedOver(other)]).toEqual([[], [4]]);
    const { entries } = b.library.readRecords(null, 100);
    expect(entries.map(({ header }) => header.recordId)).toEqual([b.id]);
    // What was discarded is that copy: the good one still counts.
    await b.apply([entry!]);
    expect(b.fields('device', a.id as never)).toBeDefined();
  });

  test('[ING-3] one that brings down whatever applies it holds up none of those that are tried with it', async () => {
    const [good, bad] = [newId(), newId()];
    await a.drain();
    for (const id of [bad, good]) await a.put('tag', id, { canonical_name: `tag ${id}` });
    const entries = await a.drain();
    keysById.delete(2);
    await b.apply(entries);
    keysById.set(2, newKey);
    const { db } = b.library.store;
    db.exec(`create trigger broken before insert on tags when new.uuid = '${bad}' begin
      select raise(abort, 'a secret'); end`);
    expect(await b.library.retryQuarantined(waiting())).toMatchObject({ applied: 1, kept: 1, liftedSeq: 2 });
    expect(passedOver()).toEqual([1]);
    const kept = db.prepare('select code, message from shoal_quarantine').get();
    expect(kept).toEqual({
      code: 'internal',
      message: 'it failed while it was applied: SqliteError SQLITE_CONSTRAINT_TRIGGER',
    });
    db.exec('drop trigger broken');
    nowMs += limits.quarantineRestCapMs;
    expect(await b.library.retryQuarantined(due())).toMatchObject({ applied: 1, kept: 0 });
    expect([b.fields('tag', good), b.fields('tag', bad)]).not.toContain(undefined);
  });
});

describe('a full quarantine', () => {
  test('[ING-3] holds up nothing; what it had no room for is read again once half of it is free', async () => {
    keysById.set(2, newKey);
    const [entry] = await a.drain();
    const count = Math.ceil(limits.quarantineBytesMax / limits.payloadBytesMax) + 2;
    for (let n = 1; n <= count; n += 1)
      await b.apply([{ ...entry!, sealed: Buffer.alloc(limits.payloadBytesMax, n) }]);
    const kept = waiting();
    expect(kept.length).toBeLessThan(count);
    expect([b.library.cursor.read()?.appliedSeq, passedOver().length]).toEqual([count, count]);
    expect(await b.library.readLeftOut(logId)).toBeUndefined();
    await b.library.discardQuarantined(kept.slice(1));
    expect(await b.library.readLeftOut('other' as LogId)).toBeUndefined();
    expect(await b.library.readLeftOut(logId)).toMatchObject({ appliedSeq: kept.length });
    expect(passedOver().length).toBe(kept.length);
    expect(await b.library.readLeftOut(logId)).toBeUndefined();
  }, 30_000);
});

test('[ING-3] what ingest could not apply for a fault of its own is tried again later', async () => {
  const [entry] = await a.drain();
  const cursor = { logId, appliedSeq: 1, appliedEntries: 1 };
  await b.library.quarantine({ seq: 1, entry: entry! }, new ShoalError('internal', 'a bug'), cursor);
  keysById.set(2, newKey);
  nowMs += limits.quarantineRestBaseMs;
  expect(await b.library.retryQuarantined(due())).toMatchObject({ applied: 1, liftedSeq: 1 });
  expect(passedOver()).toEqual([]);
});
