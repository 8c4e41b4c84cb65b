import { conflictDots, limits, type ModelName, type RecordId } from '@shoal/core';
import type { ConflictFilter, ConflictRecord } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentIdentityId, userMetadataId, userMetadataTagId } from './index.ts';
import { exchange, newId, secret, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});

afterEach(() => {
  a.close();
  b.close();
});

/** A tag that both devices have. */
async function sharedTag(): Promise<RecordId> {
  const id = newId();
  await a.put('tag', id, { canonical_name: 'holiday', color: '#000' });
  await exchange(a, b);
  return id;
}

/** Edits the colour on both, each without knowing of the other. */
async function editOnBoth(id: RecordId): Promise<void> {
  await a.put('tag', id, { color: '#111' }, a.version('tag', id));
  await b.put('tag', id, { color: '#222' }, b.version('tag', id));
  await exchange(a, b);
}

const all: ConflictFilter = { model: null, record: null, isOpen: false };

function rowsOf(device: TestDevice, filter: Partial<ConflictFilter> = {}): ConflictRecord[] {
  return device.reader.conflicts.list({ ...all, ...filter }, { after: null, limit: 100 });
}

function valuesOf({ conflict }: ConflictRecord, field: string): unknown[] {
  return (conflict.content.fields.get(field) ?? []).map(({ value }) => value);
}

describe('the conflict journal', () => {
  test('[MRG-8] [MRG-2] after concurrent edits both devices hold the same row open: both values, and who won', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    for (const device of [a, b]) {
      const [row, ...others] = rowsOf(device);
      expect(others).toEqual([]);
      expect(row).toMatchObject({
        ref: { model: 'tag', id },
        conflict: { kind: 'siblings', field: 'color' },
        settled: null,
      });
      expect(valuesOf(row!, 'color')).toContain('#111');
      expect(valuesOf(row!, 'color')).toContain('#222');
      expect(valuesOf(row!, 'color')[0]).toBe(device.fields('tag', id)!.color);
      expect(row!.conflict.winner).toBe(conflictDots(row!.conflict).at(-1));
    }
    expect(rowsOf(a)[0]!.conflict).toEqual(rowsOf(b)[0]!.conflict);
  });

  test('[MRG-8] a later write that saw both settles the row on both devices, which keeps the values', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    await a.put('tag', id, { color: '#333' }, a.version('tag', id));
    const [{ dot } = expect.unreachable()] = a.state('tag', id).fields.get('color')!;
    await exchange(a, b);
    for (const device of [a, b]) {
      const [row] = rowsOf(device);
      expect(row).toMatchObject({ settled: { by: dot } });
      expect(valuesOf(row!, 'color').sort()).toEqual(['#111', '#222']);
      expect(rowsOf(device, { isOpen: true })).toEqual([]);
      expect(device.reader.conflicts.counts()).toEqual({ open: 0, settled: 1 });
    }
  });

  test('[MRG-8] [CHG-5] a write on a stale read tells of the siblings that it makes, in its own transaction', async () => {
    const id = await sharedTag();
    const read = a.version('tag', id);
    await b.put('tag', id, { color: '#222' }, b.version('tag', id));
    await exchange(a, b);
    await a.put('tag', id, { color: '#111' }, read);
    expect(rowsOf(a)).toMatchObject([{ conflict: { kind: 'siblings', field: 'color' }, settled: null }]);
    expect(rowsOf(b)).toEqual([]);
  });

  test('[MRG-1] [MRG-8] a blind write tells what it replaced, on this device only', async () => {
    const id = await sharedTag();
    await b.put('tag', id, { color: '#222' }, b.version('tag', id));
    await exchange(a, b);
    await a.put('tag', id, { color: '#111', icon: 'sun' });
    const [{ dot } = expect.unreachable()] = a.state('tag', id).fields.get('color')!;
    await exchange(a, b);
    const [row] = rowsOf(a);
    expect(row).toMatchObject({ conflict: { kind: 'blind-write', winner: dot }, settled: { by: dot } });
    expect([...row!.conflict.content.fields.keys()].sort()).toEqual(['color', 'icon']);
    expect(valuesOf(row!, 'color')).toEqual(['#222']);
    expect(rowsOf(b)).toEqual([]);
  });

  test('[MRG-8] a blind write of what is there already, or of a new record, tells nothing', async () => {
    const id = await sharedTag();
    await a.put('tag', id, { color: '#000' });
    await a.put('tag', newId(), { canonical_name: 'new' });
    expect(rowsOf(a)).toEqual([]);
  });

  test('[MRG-8] a blind delete keeps the whole record, and nothing of what went with it by rule', async () => {
    const tag = await sharedTag();
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    const application = userMetadataTagId(secret, metadata, tag);
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('user_metadata', metadata, { content_identity: content });
    await a.put('user_metadata_tag', application, { user_metadata: metadata, tag });
    await a.remove('tag', tag);
    const rows = rowsOf(a);
    expect(rows).toMatchObject([{ ref: { model: 'tag', id: tag }, conflict: { kind: 'blind-write' } }]);
    expect(valuesOf(rows[0]!, 'canonical_name')).toEqual(['holiday']);
    expect(a.fields('user_metadata_tag', application)).toBeUndefined();
  });

  test('[MRG-8] of what this device alone may write a blind write tells nothing', async () => {
    await a.put('device', a.id as unknown as RecordId, { name: 'renamed' });
    expect(rowsOf(a)).toEqual([]);
  });

  test('[MRG-8] [CHG-5] a write that is refused leaves no row', async () => {
    const id = await sharedTag();
    const writes = [
      {
        kind: 'put',
        ref: { model: 'tag' as ModelName, id },
        fields: new Map([['color', '#999']]),
        seen: null,
      },
      { kind: 'put', ref: { model: 'tag' as ModelName, id: newId() }, fields: new Map(), seen: null },
    ] as const;
    await expect(a.library.write(writes)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(rowsOf(a)).toEqual([]);
  });

  test('[MRG-4] [MRG-8] what a delete hid is in the row of both devices, whole, also after a restart', async () => {
    const id = await sharedTag();
    await a.remove('tag', id, a.version('tag', id));
    await b.put('tag', id, { color: '#222', icon: 'sun' }, b.version('tag', id));
    await exchange(a, b);
    for (const device of [a, b]) {
      device.reopen();
      const [row] = rowsOf(device);
      expect(row).toMatchObject({ conflict: { kind: 'delete-beats-edit', field: null }, settled: null });
      expect(row!.conflict.content.deletes).toEqual([row!.conflict.winner]);
      expect([valuesOf(row!, 'color'), valuesOf(row!, 'icon')]).toEqual([['#222'], ['sun']]);
    }
  });

  test('[DEP-3] [MRG-8] an application of a tag that was deleted meanwhile is told of as orphaned', async () => {
    const tag = await sharedTag();
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    const application = userMetadataTagId(secret, metadata, tag);
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('user_metadata', metadata, { content_identity: content });
    await exchange(a, b);
    await a.remove('tag', tag, a.version('tag', tag));
    await b.put('user_metadata_tag', application, { user_metadata: metadata, tag, applied_by_device: b.id });
    await exchange(a, b);
    const [row] = rowsOf(a, { model: 'user_metadata_tag' as ModelName });
    expect(row).toMatchObject({ ref: { id: application }, conflict: { kind: 'orphaned', field: 'tag' } });
    expect(valuesOf(row!, 'applied_by_device')).toEqual([b.id]);
  });

  test('[ING-1] [MRG-8] entries that come again add no row and change none', async () => {
    const id = await sharedTag();
    await a.put('tag', id, { color: '#111' }, a.version('tag', id));
    await b.put('tag', id, { color: '#222' }, b.version('tag', id));
    const entries = [...(await a.drain()), ...(await b.drain())];
    await b.apply(entries);
    const before = rowsOf(b);
    expect(before).toHaveLength(1);
    await b.apply([...entries].reverse());
    await b.apply(entries);
    expect(rowsOf(b)).toEqual(before);
  });

  test('[MRG-8] a batch tells what came of its entries: ignored, no conflict, merged, conflict', async () => {
    const [one, two, three] = [await sharedTag(), await sharedTag(), await sharedTag()];
    await a.put('tag', one, { color: '#111' }, a.version('tag', one));
    await a.put('tag', two, { color: '#111' }, a.version('tag', two));
    await a.put('tag', three, { color: '#111' }, a.version('tag', three));
    await b.put('tag', one, { color: '#222' }, b.version('tag', one));
    await b.put('tag', two, { icon: 'sun' }, b.version('tag', two));
    const entries = await a.drain();
    const { counts } = await b.apply(entries);
    expect(counts).toEqual({ skipped: 0, taken: 1, merged: 1, conflicting: 1 });
    expect((await b.apply(entries)).counts).toEqual({ skipped: 3, taken: 0, merged: 0, conflicting: 0 });
  });

  test('[MRG-8] keeps the newest of what is settled, and all that is open', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    const [open] = rowsOf(a);
    const { conflict } = open!;
    const rows = Array.from({ length: limits.conflictsSettledMax + 5 }, () => ({ ref: open!.ref, conflict }));
    await a.library.transaction(({ store }) => store.journal.addSettled(rows));
    expect(a.reader.conflicts.counts()).toEqual({ open: 1, settled: limits.conflictsSettledMax });
    expect(a.reader.conflicts.get(open!.id)).toEqual(open);
    expect(a.reader.conflicts.get(open!.id + 5)).toBeUndefined();
    expect(a.reader.conflicts.get(open!.id + 6)).toBeDefined();
  });

  test('[MRG-8] is read by pages, by model and by record, the latest first', async () => {
    const tags = [await sharedTag(), await sharedTag(), await sharedTag()];
    for (const id of tags) await editOnBoth(id);
    const { conflicts } = a.reader;
    const ids = rowsOf(a).map(({ id }) => id);
    expect(rowsOf(a).map(({ ref }) => ref.id)).toEqual([...tags].reverse());
    expect(conflicts.list(all, { after: ids[0]!, limit: 1 }).map(({ id }) => id)).toEqual([ids[1]]);
    expect(rowsOf(a, { record: tags[1]! }).map(({ ref }) => ref.id)).toEqual([tags[1]]);
    expect(rowsOf(a, { model: 'device' as ModelName })).toEqual([]);
  });

  test('[MRG-8] is no part of what is shipped, and of no dump', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    expect(await a.drain()).toEqual([]);
    expect(a.dump()).toEqual(b.dump());
  });
});
