import { ShoalError } from '@shoal/core';
import {
  type CallOptions,
  uuidFromBytes,
  uuidToBytes,
  type WatchEvent,
  type WatchRequest,
} from '@shoal/proto';
import { expect, test } from 'vitest';
import { type RecordEvent, watchRecords } from './watch-records.ts';

const id = '0190c4a0-0000-7000-8000-000000000001';
const gap: WatchEvent = { model: '', recordId: Buffer.alloc(0), record: undefined, local: false, gap: true };
const gone: WatchEvent = { ...gap, model: 'tag', recordId: uuidToBytes(id), gap: false };
const put: WatchEvent = {
  ...gone,
  local: true,
  record: { model: 'tag', recordId: uuidToBytes(id), fields: [], version: [] },
};
const lost = new ShoalError('unavailable', 'connection lost');

/** A gateway whose watches are these, one after the other; the last one lasts until its signal. */
function gatewayOf(...streams: readonly (readonly (WatchEvent | Error)[])[]) {
  const left = [...streams];
  const asked: WatchRequest[] = [];
  return {
    asked,
    async *watch(request: WatchRequest, { signal }: CallOptions = {}) {
      asked.push(request);
      for (const event of left.shift() ?? []) {
        if (event instanceof Error) throw event;
        yield event;
      }
      if (left.length > 0) return;
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
}

const options = {
  libraryId: Buffer.alloc(16, 1),
  model: 'tag',
  read: ({ recordId }: { readonly recordId: Buffer }) => ({ id: uuidFromBytes(recordId, 'id') }),
};

async function take<Event>(count: number, events: AsyncIterable<Event>): Promise<readonly Event[]> {
  const taken: Event[] = [];
  for await (const event of events) if (taken.push(event) === count) return taken;
  return taken;
}

test('a watch that loses its connection, or is ended by the gateway, goes on, and says that something may be missed', async () => {
  const gateway = gatewayOf([gap, put, lost], [lost], [gap, gone], [gap]);
  const expected: readonly RecordEvent<{ readonly id: string }>[] = [
    { kind: 'resync' },
    { kind: 'put', record: { id }, isLocal: true },
    { kind: 'resync' },
    { kind: 'gone', id, isLocal: false },
    { kind: 'resync' },
  ];
  expect(await take(5, watchRecords(gateway, options))).toEqual(expected);
  expect(gateway.asked).toEqual(Array(4).fill({ libraryId: options.libraryId, model: 'tag' }));
});

test('what is not a matter of time ends a watch', async () => {
  const left = new ShoalError('not-found', 'the library was left');
  await expect(take(9, watchRecords(gatewayOf([gap, left]), options))).rejects.toBe(left);
});

test('a device that is away longer than the watch was told ends it, with the last failure', async () => {
  const gateway = gatewayOf([gap, lost], [lost], [lost], [lost], [lost]);
  await expect(take(9, watchRecords(gateway, { ...options, outageMsMax: 0 }))).rejects.toBe(lost);
});

test('a signal ends a watch with its reason, also while it waits to connect again', async () => {
  for (const events of [[gap], [gap, lost]]) {
    const stop = new AbortController();
    const reason = new Error('enough');
    const watching = watchRecords(gatewayOf(events, [gap]), { ...options, signal: stop.signal });
    await watching.next();
    const next = watching.next();
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
  }
});
