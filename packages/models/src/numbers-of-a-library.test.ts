import { freshRecordId, openTransactionManager } from '@shoal/library';
import { type RecordedNumbers, recordNumbers } from '@shoal/telemetry/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TagEntity } from './index.ts';
import { newId, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

const [oldKey, newKey] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
let numbers: RecordedNumbers;
let keysById: Map<number, Buffer>;
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  numbers = await recordNumbers();
  keysById = new Map([[1, oldKey]]);
  const ring = { currentKeyId: 2, keysById: new Map([...keysById, [2, newKey]]) };
  a = await testDevice(1, undefined, { ring });
  b = await testDevice(2, undefined, { ring: { currentKeyId: 1, keysById } });
  await b.drain();
});
afterEach(async () => {
  a.close();
  b.close();
  await numbers.stop();
});

test('[S4-32] what is captured, applied and had already is told by model and by the device that made it', async () => {
  keysById.set(2, newKey);
  await a.put('tag', newId(), { canonical_name: 'one' });
  await a.put('tag', newId(), { canonical_name: 'two' });
  const entries = await a.drain();
  await b.apply(entries);
  await b.apply(entries);
  expect(await numbers.sum('shoal_captured_total', { model: 'tag' })).toBe(2);
  const tags = { model: 'tag', peer: a.id };
  expect(await numbers.sum('shoal_applied_total', tags)).toBe(2);
  expect(await numbers.sum('shoal_included_total', tags)).toBe(2);
  expect(await numbers.sum('shoal_applied_total', { model: 'device', peer: a.id })).toBe(1);
  expect(await numbers.sum('shoal_travel_duration_count', tags)).toBe(4);
  expect(await numbers.sum('shoal_apply_duration_count')).toBe(2);
});

test('[S4-32] what is set aside is told as refused, each attempt at it as retried, and at last as applied', async () => {
  await a.put('tag', newId(), { canonical_name: 'of a key that comes later' });
  await ship(a, [b]);
  const tags = { model: 'tag', peer: a.id };
  expect(await numbers.sum('shoal_refused_total', { ...tags, reason: 'quarantined' })).toBe(1);
  const waiting = () => b.library.quarantined.waiting(0, 100);
  await b.library.retryQuarantined(waiting());
  keysById.set(2, newKey);
  await b.library.retryQuarantined(waiting());
  // The device of A waited, too.
  expect(await numbers.sum('shoal_retried_total', { reason: 'quarantined' })).toBe(4);
  expect(await numbers.sum('shoal_applied_total', tags)).toBe(1);
});

test('[S4-32] writes that met are told', async () => {
  keysById.set(2, newKey);
  const id = newId();
  await a.put('tag', id, { canonical_name: 'one' });
  await ship(a, [b]);
  await a.put('tag', id, { color: 'red' }, a.version('tag', id));
  await b.put('tag', id, { color: 'blue' }, b.version('tag', id));
  await ship(a, [b]);
  expect(await numbers.sum('shoal_conflicting_total')).toBe(1);
});

test('a flush of entities is told and timed as other writes are, one that is rolled back is not', async () => {
  const manager = await openTransactionManager(a.options);
  const before = (await numbers.sum('shoal_capture_duration_count')) ?? 0;
  const em = manager.fork();
  const tag = (name: string) => ({ uuid: freshRecordId(Date.now()), canonicalName: name });
  em.create(TagEntity, tag('one'), { persist: true });
  await em.flush();
  await manager.transactional(async (within) => {
    within.create(TagEntity, tag('two'), { persist: true });
    within.create(TagEntity, tag('three'), { persist: true });
  });
  const failing = manager.transactional(async (within) => {
    within.create(TagEntity, tag('four'), { persist: true });
    await within.flush();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await manager.close();
  expect(await numbers.sum('shoal_captured_total', { model: 'tag' })).toBe(3);
  expect(await numbers.sum('shoal_capture_duration_count')).toBe(before + 2);
});
