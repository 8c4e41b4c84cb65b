import { type LogId, limits, ShoalError } from '@shoal/core';
import { uuidToBytes } from '@shoal/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

let gateway: GatewayFixture;
beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

const list = (request: { model?: string; limit?: number; after?: number } = {}) =>
  gateway.handlers.listQuarantine({
    libraryId: gateway.libraryId,
    ...{ model: '', limit: 0, after: 0, ...request },
  });

/** Entries that ingest set aside, with those reasons. */
async function setAside(...reasons: readonly ShoalError[]): Promise<string[]> {
  const { library } = gateway;
  const ids: string[] = [];
  for (const [at, error] of reasons.entries()) {
    ids.push(await gateway.put('tag', { canonical_name: `under-seal-${at}` }));
    const { entries } = library.readOutbox(100);
    const cursor = { logId: 'log' as LogId, appliedSeq: at + 1, appliedEntries: 0 };
    await library.quarantine({ seq: at + 1, entry: entries.at(-1)! }, error, cursor);
  }
  return ids;
}

const noKey = new ShoalError('unsealing-failed', 'key 2 of the library', { field: 'key_id' });
const tooLarge = new ShoalError('payload-too-large', '"notes" takes too much', { field: 'notes' });

test('[ING-3] an entry of the quarantine is shown with its header and its reason, and nothing of what is sealed', async () => {
  const [first] = await setAside(noKey, tooLarge);
  const { entries, next } = await list();
  expect(next).toBe(0);
  expect(entries).toMatchObject([
    {
      model: 'tag',
      recordId: uuidToBytes(first!),
      deviceId: uuidToBytes(gateway.home.config.deviceId),
      logId: 'log',
      seq: 1,
      code: 'unsealing-failed',
      message: 'key 2 of the library',
      attempts: 1,
    },
    { code: 'payload-too-large', retryMs: 0 },
  ]);
  expect(entries[0]!.retryMs - entries[0]!.sinceMs).toBe(limits.quarantineRestBaseMs);
  const { quarantineId } = entries[0]!;
  const { libraryId, handlers } = gateway;
  expect(await handlers.getQuarantined({ libraryId, quarantineId })).toEqual(entries[0]);
  expect(JSON.stringify(entries)).not.toContain('under-seal');
});

test('[ING-3] the quarantine is read by pages and by model; what is discarded is shown no more', async () => {
  await setAside(noKey, tooLarge, noKey);
  const { entries, next } = await list({ limit: 2 });
  expect([entries.length, next]).toEqual([2, entries[1]!.quarantineId]);
  expect((await list({ limit: 2, after: next })).entries.length).toBe(1);
  expect((await list({ model: 'device' })).entries).toEqual([]);
  const { quarantineId } = entries[0]!;
  await gateway.library.discardQuarantined([quarantineId]);
  expect((await list()).entries.length).toBe(2);
  const { libraryId, handlers } = gateway;
  await expect(handlers.getQuarantined({ libraryId, quarantineId })).rejects.toMatchObject({
    code: 'not-found',
    subject: { field: 'quarantine_id' },
  });
});

test('[ING-3] trying again and discarding are asked of ingest; too many numbers are refused', async () => {
  const { libraryId, handlers, services } = gateway;
  services.ingest = {
    retryQuarantine: async ({ quarantineIds }) => ({ applied: quarantineIds.length, waiting: 4 }),
    discardQuarantine: async ({ quarantineIds }) => ({ discarded: quarantineIds.length, waiting: 3 }),
  };
  const some = { libraryId, quarantineIds: [1, 2] };
  expect(await handlers.retryQuarantine(some)).toEqual({ applied: 2, waiting: 4 });
  expect(await handlers.discardQuarantine(some)).toEqual({ discarded: 2, waiting: 3 });
  const many = { libraryId, quarantineIds: Array.from({ length: 1_001 }, (_, at) => at + 1) };
  const refused = { code: 'invalid-argument', subject: { field: 'quarantine_ids' } };
  await expect(handlers.retryQuarantine(many)).rejects.toMatchObject(refused);
  await expect(handlers.discardQuarantine(many)).rejects.toMatchObject(refused);
});
