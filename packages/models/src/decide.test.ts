import type { RecordId, Value, Version } from '@shoal/core';
import { type ConflictRecord, decideConflict } from '@shoal/library';
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

/** Edits on both, each without knowing of the other, and no word of it yet. */
async function editOnBoth(id: RecordId): Promise<void> {
  await a.put('tag', id, { color: '#111' }, a.version('tag', id));
  await b.put('tag', id, { color: '#222' }, b.version('tag', id));
}

function openOf(device: TestDevice): ConflictRecord[] {
  return device.reader.conflicts.list(
    { model: null, record: null, isOpen: true },
    { after: null, limit: 100 },
  );
}

interface How {
  readonly side?: number;
  readonly fields?: Readonly<Record<string, Value>>;
  readonly seen?: Version;
}

function decide(device: TestDevice, row: ConflictRecord, kind: 'keep' | 'flip' | 'restore', how: How = {}) {
  const { side = null, fields = {}, seen = row.version } = how;
  const decision = { id: row.id, seen, kind, side, fields: new Map(Object.entries(fields)) };
  return decideConflict(device.library, decision);
}

/** Both devices show the same, and nothing is open. */
function expectSettled(): void {
  expect(a.dump().sort()).toEqual(b.dump().sort());
  for (const device of [a, b]) expect(openOf(device)).toEqual([]);
}

describe('a conflict that is decided', () => {
  test.each(['keep', 'flip'] as const)(
    '[MRG-8] on B by %s is settled on A and B, equal, with the value that was chosen',
    async (kind) => {
      const id = await sharedTag();
      await editOnBoth(id);
      await exchange(a, b);
      const [row] = openOf(b);
      const shown = b.fields('tag', id)!.color;
      const other = shown === '#111' ? '#222' : '#111';
      await decide(b, row!, kind);
      await exchange(a, b);
      expectSettled();
      expect(a.fields('tag', id)!.color).toBe(kind === 'keep' ? shown : other);
      expect(a.reader.conflicts.get(row!.id)).toMatchObject({ settled: { by: expect.any(String) } });
    },
  );

  test('[MRG-8] upon what changed since it was shown is refused, and nothing is written', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    await exchange(a, b);
    const [row] = openOf(b);
    await a.put('tag', id, { icon: 'sun' }, a.version('tag', id));
    await exchange(a, b);
    const refused = decide(b, row!, 'flip');
    await expect(refused).rejects.toMatchObject({ code: 'changed-since', subject: { record: id } });
    expect(await b.drain()).toEqual([]);
    await decide(b, openOf(b)[0]!, 'flip');
    await exchange(a, b);
    expectSettled();
  });

  test('[MRG-8] on both devices differently is a conflict again, of the two decisions', async () => {
    const id = await sharedTag();
    await editOnBoth(id);
    await exchange(a, b);
    await decide(a, openOf(a)[0]!, 'keep');
    await decide(b, openOf(b)[0]!, 'flip');
    await exchange(a, b);
    expect(openOf(a)).toMatchObject([{ conflict: { kind: 'siblings', field: 'color' } }]);
    await decide(a, openOf(a)[0]!, 'keep');
    await exchange(a, b);
    expectSettled();
  });

  test('[MRG-8] that nobody has is not-found', async () => {
    const decision = { id: 7, seen: new Map(), kind: 'keep', side: null, fields: new Map() } as const;
    await expect(decideConflict(a.library, decision)).rejects.toMatchObject({
      code: 'not-found',
      subject: { field: 'conflict_id' },
    });
  });

  test("[MRG-5] [MRG-8] of what people say of content is everybody's to decide", async () => {
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('user_metadata', metadata, { content_identity: content });
    const tag = await sharedTag();
    const application = userMetadataTagId(secret, metadata, tag);
    await a.put('user_metadata_tag', application, { user_metadata: metadata, tag, confidence: 0.5 });
    await exchange(a, b);
    const edit = (device: TestDevice, confidence: number) =>
      device.put(
        'user_metadata_tag',
        application,
        { confidence },
        device.version('user_metadata_tag', application),
      );
    await edit(a, 0.25);
    await edit(b, 0.75);
    await exchange(a, b);
    await decide(a, openOf(a)[0]!, 'flip');
    await exchange(a, b);
    expectSettled();
    expect(b.fields('user_metadata_tag', application)!.confidence).toBe(0.25);
  });

  test('[MRG-5] [MRG-8] of what a device owns is decided by it alone; others are told which that is', async () => {
    const id = a.id as unknown as RecordId;
    const seen = a.version('device', id);
    await a.put('device', id, { os: 'one' }, seen);
    await a.put('device', id, { os: 'two' }, seen);
    await exchange(a, b);
    const refused = decide(b, openOf(b)[0]!, 'flip');
    await expect(refused).rejects.toMatchObject({ code: 'not-owner', subject: { device: a.id } });
    await decide(a, openOf(a)[0]!, 'flip');
    await exchange(a, b);
    expectSettled();
    expect(b.fields('device', id)!.os).toBe('one');
  });
});

describe('what a delete hid', () => {
  async function deletedOnAEditedOnB(): Promise<RecordId> {
    const id = await sharedTag();
    await a.remove('tag', id, a.version('tag', id));
    await b.put('tag', id, { icon: 'sun' }, b.version('tag', id));
    await exchange(a, b);
    return id;
  }

  test.each(['A', 'B'])(
    '[MRG-4] [MRG-8] is brought back whole on %s: what was deleted, and what was edited',
    async (on) => {
      const id = await deletedOnAEditedOnB();
      const device = on === 'A' ? a : b;
      await decide(device, openOf(device)[0]!, 'restore');
      await exchange(a, b);
      expectSettled();
      expect(a.fields('tag', id)).toMatchObject({ canonical_name: 'holiday', color: '#000', icon: 'sun' });
    },
  );

  test('[MRG-8] and stays away by keep, is nowhere any more but in the settled row, and can be brought back', async () => {
    const id = await deletedOnAEditedOnB();
    await decide(a, openOf(a)[0]!, 'keep');
    await exchange(a, b);
    expectSettled();
    expect(b.fields('tag', id)).toBeUndefined();
    expect(b.state('tag', id).fields.size).toBe(0);
    const [row] = b.reader.conflicts.list(
      { model: null, record: id, isOpen: false },
      { after: null, limit: 1 },
    );
    await decide(b, row!, 'restore', { fields: { color: '#fff' } });
    await exchange(a, b);
    expectSettled();
    expect(a.fields('tag', id)).toMatchObject({ canonical_name: 'holiday', color: '#fff', icon: 'sun' });
  });

  test('[MRG-4] [MRG-8] needs the fields that this device never saw', async () => {
    const id = await sharedTag();
    await a.remove('tag', id, a.version('tag', id));
    await b.put('tag', id, { icon: 'sun' }, b.version('tag', id));
    await b.apply(await a.drain());
    const [row] = openOf(b);
    // As where it is heard of first when no entry says it any more.
    b.library.store.db.prepare('update shoal_conflicts set known = null').run();
    await expect(decide(b, row!, 'restore')).rejects.toMatchObject({
      code: 'incomplete-record',
      subject: { field: 'canonical_name' },
    });
    await decide(b, row!, 'restore', { fields: { canonical_name: 'again' } });
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'again', icon: 'sun' });
  });
});
