import { utimes } from 'node:fs/promises';
import { limits, type RecordId } from '@shoal/core';
import { RecordsChanged, uuidFromBytes, uuidToBytes, type WatchEvent } from '@shoal/proto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';
import { watchMissedHints } from './missed-hints.ts';
import { parseRecordsHint, type RecordsHint } from './records-changed.ts';

let gateway: GatewayFixture;
let abort: AbortController;

beforeEach(async () => {
  gateway = await gatewayFixture();
  abort = new AbortController();
});
afterEach(() => gateway.close());

/** A watch whose first event, the gap, was read. */
async function watch(model = ''): Promise<AsyncIterator<WatchEvent>> {
  const events = gateway.handlers.watch({ libraryId: gateway.libraryId, model }, abort.signal);
  const iterator = events[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ gap: true });
  return iterator;
}

function hint(model: string, ids: readonly string[], hasMore = false): RecordsHint {
  const records = ids.map((id) => ({ model, id: id as RecordId, isLocal: true }));
  return { libraryId: gateway.place.libraryId, records, hasMore };
}

test('a watcher hears of a change with the record as it is now, and of a removed one without', async () => {
  const events = await watch();
  const id = await gateway.put('tag', { canonical_name: 'holiday' });
  gateway.parts.watchers.changed(hint('tag', [id]));
  const { value: put } = await events.next();
  expect(put).toMatchObject({ model: 'tag', local: true, gap: false, record: { model: 'tag' } });
  expect(uuidFromBytes(put.recordId, 'id')).toBe(id);
  await gateway.remove('tag', id as RecordId);
  gateway.parts.watchers.changed(hint('tag', [id]));
  expect((await events.next()).value).toMatchObject({ model: 'tag', record: undefined, gap: false });
});

test('a watcher of one model hears of no other; one of an unknown model is refused', async () => {
  const events = await watch('location');
  const id = await gateway.put('tag', { canonical_name: 'holiday' });
  gateway.parts.watchers.changed(hint('tag', [id]));
  gateway.parts.watchers.changed(hint('location', [id]));
  expect((await events.next()).value).toMatchObject({ model: 'location' });
  await expect(watch('planet')).rejects.toMatchObject({ code: 'unknown-model' });
});

test('[SEC-5] a slow watcher gets a gap instead of more than the bound', async () => {
  const events = await watch();
  const ids = Array.from(
    { length: limits.watchQueueMax + 1 },
    (_, n) => `0190c4a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
  );
  gateway.parts.watchers.changed(hint('tag', ids));
  expect((await events.next()).value).toMatchObject({ gap: true });
});

test('a hint that names not all records ends in a gap, and so does one that may be lost', async () => {
  const events = await watch();
  gateway.parts.watchers.changed(hint('tag', [], true));
  expect((await events.next()).value).toMatchObject({ gap: true });
  gateway.parts.watchers.missed();
  expect((await events.next()).value).toMatchObject({ gap: true });
});

test('[SEC-5] there are at most so many watchers, and a place is free again once one has gone', async () => {
  const all: AsyncIterator<WatchEvent>[] = [];
  for (let count = 0; count < limits.watchersMax; count += 1) all.push(await watch());
  await expect(watch()).rejects.toMatchObject({ code: 'unavailable' });
  await all[0]!.return!();
  await watch();
});

test('a watch ends with its caller, and with unavailable when the gateway stops', async () => {
  const one = await watch();
  abort.abort();
  expect((await one.next()).done).toBe(true);
  abort = new AbortController();
  const two = await watch();
  const next = two.next();
  gateway.parts.watchers.close();
  await expect(next).rejects.toMatchObject({ code: 'unavailable' });
});

test('a commit that nobody hinted of is found by looking, once; one soon after a hint is not told', async () => {
  const { libraryId, paths } = gateway.place;
  const missed = vi.fn();
  const libraries = vi.fn(() => [{ libraryId, paths }]);
  const onError = (error: unknown) => expect.unreachable(String(error));
  const hints = watchMissedHints({ paths: gateway.home.paths, libraries, missed, onError, pollMs: 5 });
  const looks = async (count: number) => {
    const until = libraries.mock.calls.length + count;
    await vi.waitFor(() => expect(libraries.mock.calls.length).toBeGreaterThan(until), {
      timeout: 20_000,
      interval: 5,
    });
  };
  const commitAt = (ms: number) => utimes(paths.libraryDb, ms / 1000, ms / 1000);
  const now = Date.now();
  await looks(2);
  hints.heard(libraryId);
  await commitAt(now + 500);
  await looks(2);
  expect(missed).not.toHaveBeenCalled();
  await commitAt(now + 60_000);
  await looks(3);
  expect(missed.mock.calls).toEqual([[libraryId]]);
  hints.stop();
});

test('[SEC-5] a hint is parsed whole or not at all', () => {
  const id = '0190c4a0-0000-7000-8000-000000000001';
  const record = { model: 'tag', recordId: uuidToBytes(id), removed: false, local: true };
  const whole = { libraryId: gateway.libraryId, records: [record], more: true };
  const encode = (message: RecordsChanged) => RecordsChanged.encode(message).finish();
  expect(parseRecordsHint(encode(whole))).toEqual(hint('tag', [id], true));
  for (const short of [
    { ...whole, libraryId: Buffer.alloc(0) },
    { ...whole, records: [{ ...record, recordId: Buffer.alloc(3) }] },
  ]) {
    expect(parseRecordsHint(encode(short))).toBeUndefined();
  }
  expect(parseRecordsHint(Buffer.from([0xff]))).toBeUndefined();
});
