import { limits, type RecordId } from '@shoal/core';
import { type ListConflictsReply, uuidToBytes, valueFromWire } from '@shoal/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

let gateway: GatewayFixture;
const none = Buffer.alloc(0);

beforeEach(async () => {
  gateway = await gatewayFixture();
});
afterEach(() => gateway.close());

const list = (request: Partial<Parameters<typeof gateway.handlers.listConflicts>[0]> = {}) =>
  gateway.handlers.listConflicts({
    libraryId: gateway.libraryId,
    model: '',
    recordId: none,
    openOnly: false,
    limit: 0,
    after: 0,
    ...request,
  });

/** A tag that is written twice, the second time by somebody who had not seen the first. */
async function contestedTag(color = '#000'): Promise<RecordId> {
  const id = await gateway.put('tag', { canonical_name: 'holiday', color: '#fc0' });
  await gateway.put('tag', { color }, id);
  return id;
}

describe('the journal', () => {
  test('[MRG-8] shows who met: values, stamps, devices, the winner and the rule', async () => {
    const id = await contestedTag();
    const { conflicts, next, open, settled } = await list();
    expect({ next, open, settled }).toEqual({ next: 0, open: 1, settled: 0 });
    const [conflict] = conflicts;
    expect(conflict).toMatchObject({
      model: 'tag',
      recordId: uuidToBytes(id),
      kind: 'siblings',
      field: 'color',
      decidedBy: 'last-writer',
      settledMs: 0,
    });
    expect(conflict!.sides.map(({ value, wins }) => [valueFromWire(value, 'color'), wins])).toEqual([
      ['#000', true],
      ['#fc0', false],
    ]);
    const device = uuidToBytes(gateway.home.config.deviceId);
    for (const { deviceId } of conflict!.sides) expect(deviceId).toEqual(device);
    expect(conflict!.winner).toEqual(conflict!.sides[0]!.dot);
    const { conflictId } = conflict!;
    expect(await gateway.handlers.getConflict({ libraryId: gateway.libraryId, conflictId })).toEqual(
      conflict,
    );
  });

  test('[MRG-8] shows a blind delete as what it was: settled, with the values that it replaced', async () => {
    const id = await gateway.put('tag', { canonical_name: 'holiday' });
    await gateway.remove('tag', id);
    const { conflicts } = await list();
    expect(conflicts).toMatchObject([{ kind: 'blind-write', field: '', decidedBy: 'had-read-nothing' }]);
    expect(conflicts[0]!.settledMs).toBeGreaterThan(0);
    expect(conflicts[0]!.settledBy).toEqual(conflicts[0]!.winner);
    expect(conflicts[0]!.sides.every(({ wins }) => !wins)).toBe(true);
    expect((await list({ openOnly: true })).conflicts).toEqual([]);
  });

  test('[MRG-8] shows a delete that met an edit with both sides', async () => {
    const id = await contestedTag();
    const seen = gateway.library.store.records.get({ model: 'tag' as never, id })!.state.version;
    await gateway.put('tag', { color: '#999' }, id);
    await gateway.library.write([{ kind: 'delete', ref: { model: 'tag' as never, id }, seen }]);
    const [conflict] = (await list({ openOnly: true })).conflicts;
    expect(conflict).toMatchObject({ kind: 'delete-beats-edit', decidedBy: 'delete-wins' });
    expect(conflict!.sides.map(({ field, wins }) => [field, wins])).toEqual([
      ['color', false],
      ['', true],
    ]);
  });

  test('[MRG-8] goes through all of it once, the latest first, page by page', async () => {
    const ids: RecordId[] = [];
    for (let number = 0; number < 25; number += 1) ids.push(await contestedTag());
    const expected = ids.map((id) => uuidToBytes(id).toString('hex')).reverse();
    for (const limit of [1_000, 25, 10, 7, 0]) {
      const seen: string[] = [];
      for (let after = 0, reply: ListConflictsReply | undefined; after > 0 || reply === undefined; ) {
        reply = await list({ limit, after });
        seen.push(...reply.conflicts.map(({ recordId }) => recordId.toString('hex')));
        after = reply.next;
      }
      expect(seen).toEqual(expected);
    }
    expect((await list({ recordId: uuidToBytes(ids[3]!) })).conflicts).toHaveLength(1);
    expect((await list({ model: 'device' })).conflicts).toEqual([]);
  });

  test('[SEC-5] closes a page of large rows by their bytes, and goes on behind it', async () => {
    for (let number = 0; number < 8; number += 1) await contestedTag('x'.repeat(200_000));
    const first = await list({ limit: 1_000 });
    expect(first.conflicts.length).toBeLessThan(8);
    const size = first.conflicts.reduce((sum, { sides }) => sum + sides.length * 200_000, 0);
    expect(size).toBeLessThan(limits.grpcMessageBytesMax);
    const second = await list({ limit: 1_000, after: first.next });
    expect(first.conflicts.length + second.conflicts.length).toBe(8);
  });

  test.each([
    [{ model: 'planet' }, 'unknown-model', 'model'],
    [{ recordId: Buffer.alloc(3) }, 'invalid-argument', 'record_id'],
    [{ limit: 1_001 }, 'invalid-argument', 'limit'],
  ])('[SEC-5] of %j is refused, naming the field', async (request, code, field) => {
    await expect(list(request)).rejects.toMatchObject({ code, subject: { field } });
  });

  test('a row that is not there is not-found', async () => {
    const request = { libraryId: gateway.libraryId, conflictId: 7 };
    await expect(gateway.handlers.getConflict(request)).rejects.toMatchObject({
      code: 'not-found',
      subject: { field: 'conflict_id' },
    });
  });
});

describe('who watches conflicts', () => {
  const within = (after: number, signal: AbortSignal) =>
    gateway.handlers.watchConflicts({ libraryId: gateway.libraryId, after }, signal)[Symbol.asyncIterator]();

  test('[S1x-10] is told of each one when it opens, once, and of none that was there before or is settled', async () => {
    const stopping = new AbortController();
    await contestedTag();
    const events = within(0, stopping.signal);
    const next = events.next();
    const missed = gateway.parts.watchers.missed;
    const [second, third] = [await contestedTag('#111'), await contestedTag('#222')];
    missed(gateway.place.libraryId);
    expect((await next).value).toMatchObject({ recordId: uuidToBytes(second), settledMs: 0 });
    expect((await events.next()).value).toMatchObject({ recordId: uuidToBytes(third) });
    const settled = await gateway.put('tag', { canonical_name: 'seen', color: '#fc0' });
    await gateway.remove('tag', settled);
    const fourth = await contestedTag('#333');
    missed();
    expect((await events.next()).value).toMatchObject({ recordId: uuidToBytes(fourth), field: 'color' });
    stopping.abort();
    expect(await events.next()).toMatchObject({ done: true });
  });

  test('[S1x-10] goes on behind the one that was told last', async () => {
    const [first, second] = [await contestedTag(), await contestedTag('#111')];
    const { conflicts } = await list();
    const stopping = new AbortController();
    const events = within(conflicts.at(-1)!.conflictId, stopping.signal);
    expect((await events.next()).value).toMatchObject({ recordId: uuidToBytes(second) });
    stopping.abort();
    const all = within(1, new AbortController().signal);
    expect(conflicts.at(-1)!.recordId).toEqual(uuidToBytes(first));
    await all.return?.(undefined);
  });
});
