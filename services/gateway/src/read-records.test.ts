import { limits, type RecordId } from '@shoal/core';
import { fieldsFromWire, type Record, uuidFromBytes, uuidToBytes } from '@shoal/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

let gateway: GatewayFixture;
const none = Buffer.alloc(0);

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

const list = (request: { model?: string; limit?: number; after?: Buffer } = {}) =>
  gateway.handlers.listRecords({
    libraryId: gateway.libraryId,
    model: 'tag',
    limit: 0,
    after: none,
    ...request,
  });
const idOf = (record: Record) => uuidFromBytes<RecordId>(record.recordId, 'record_id');

describe('a record', () => {
  test('[MRG-1] is read with its fields and the version to write back with', async () => {
    const id = await gateway.put('tag', { canonical_name: 'holiday', color: '#fc0' });
    const request = { libraryId: gateway.libraryId, model: 'tag', recordId: uuidToBytes(id) };
    const record = await gateway.handlers.getRecord(request);
    expect(Object.fromEntries(fieldsFromWire(record.fields))).toMatchObject({
      canonical_name: 'holiday',
      color: '#fc0',
    });
    expect(record.version).toHaveLength(1);
    await gateway.put('tag', { color: '#000' }, id);
    expect((await gateway.handlers.getRecord(request)).version).not.toEqual(record.version);
  });

  test('that is not there is not-found, naming model and record', async () => {
    const id = '0190c4a0-0000-7000-8000-000000000001';
    await expect(
      gateway.handlers.getRecord({ libraryId: gateway.libraryId, model: 'tag', recordId: uuidToBytes(id) }),
    ).rejects.toMatchObject({ code: 'not-found', subject: { field: 'record_id', model: 'tag', record: id } });
  });
});

describe('a list', () => {
  test('goes through all records once, in order of ids, page by page', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 130; number += 1) {
      ids.push(await gateway.put('tag', { canonical_name: `tag ${number}` }));
    }
    for (const limit of [1_000, 65, 60, 50, 7, 0]) {
      const seen: string[] = [];
      for (let after: Buffer | undefined = none; after !== undefined; ) {
        const { records, next } = await list({ limit, after });
        expect(records.length).toBeLessThanOrEqual(limit === 0 ? limits.pageRecordsDefault : limit);
        seen.push(...records.map(idOf));
        after = next.length === 0 ? undefined : next;
      }
      expect(seen).toEqual([...ids].sort());
    }
  });

  test('[SEC-5] closes a page of large records by their bytes, and goes on behind it', async () => {
    const large = 'x'.repeat(200_000);
    for (let number = 0; number < 12; number += 1) await gateway.put('tag', { canonical_name: large });
    const first = await list({ limit: 1_000 });
    expect(first.records.length).toBeLessThan(12);
    const rest: Record[] = [];
    for (let { next } = first; next.length > 0; ) {
      const page = await list({ limit: 1_000, after: next });
      rest.push(...page.records);
      next = page.next;
    }
    expect(first.records.length + rest.length).toBe(12);
  });

  test.each([
    [{ model: 'planet' }, 'unknown-model', 'model'],
    [{ model: '' }, 'invalid-argument', 'model'],
    [{ limit: 1_001 }, 'invalid-argument', 'limit'],
    [{ after: Buffer.alloc(3) }, 'invalid-argument', 'after'],
  ])('[SEC-5] of %j is refused, naming the field', async (request, code, field) => {
    await expect(list(request)).rejects.toMatchObject({ code, subject: { field } });
  });
});

test('the dump is the canonical one, in messages of bounded size', async () => {
  for (let number = 0; number < 20; number += 1) {
    await gateway.put('tag', { canonical_name: 'x'.repeat(100_000) });
  }
  const reader = gateway.parts.libraries.list()[0]!.part.openReader();
  const expected = [...reader.dump()];
  reader.close();
  const lines: string[] = [];
  let messages = 0;
  for await (const message of gateway.handlers.dump(
    { libraryId: gateway.libraryId },
    AbortSignal.timeout(10_000),
  )) {
    messages += 1;
    lines.push(...message.lines);
  }
  expect(lines).toEqual(expected);
  expect(messages).toBeGreaterThan(3);
});

test('two dumps and a read go side by side', async () => {
  for (let number = 0; number < 20; number += 1) {
    await gateway.put('tag', { canonical_name: 'x'.repeat(100_000) });
  }
  const signal = AbortSignal.timeout(10_000);
  const [one, two] = [1, 2].map(() => gateway.handlers.dump({ libraryId: gateway.libraryId }, signal));
  const iterators = [one!, two!].map((dump) => dump[Symbol.asyncIterator]());
  for (const iterator of iterators) expect((await iterator.next()).done).toBe(false);
  expect((await list()).records.length).toBeGreaterThan(0);
  for (const iterator of iterators) await iterator.return!();
});
