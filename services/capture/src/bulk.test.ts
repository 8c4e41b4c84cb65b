import { type LogId, limits, type RecordId, type Value } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { contentIdentityId } from '@shoal/models';
import {
  AppendReply,
  fieldsToWire,
  type Mutation,
  MutationKind,
  parseEntry,
  TagTarget,
  uuidToBytes,
} from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryCapture } from './library-capture.ts';
import { startRelay } from './relay.ts';
import { captureHandlers } from './rpc.ts';
import { openTwoDevices, type TwoDevices } from './testing/two-devices.ts';

/** What is written in bulk through the door of capture, and what of it the log-store is sent. */
const secret = Buffer.alloc(32);
const within = { timeout: 100_000, interval: 10 };
/** A second or two of work, on a machine that may be busy with much else. */
const patience = { timeout: 120_000 };
let devices: TwoDevices;
let handlers: ReturnType<typeof captureHandlers>;
let libraryId: Buffer;
let location: RecordId;

beforeEach(async () => {
  devices = await openTwoDevices();
  const { library } = devices.a;
  handlers = captureHandlers(() => ({ library, secret }) as unknown as LibraryCapture);
  libraryId = uuidToBytes(library.options.libraryId);
  location = freshRecordId(Date.now());
  await devices.a.put('location', location, { name: 'pics', path: '/pics', device: library.options.device });
  await devices.ship();
});
afterEach(() => devices[Symbol.dispose]());

function replace(model: string, id: RecordId, fields: Record<string, Value>): Mutation {
  const recordId = uuidToBytes(id);
  const wire = fieldsToWire(new Map(Object.entries(fields)));
  return { kind: MutationKind.MUTATION_KIND_REPLACE, model, recordId, fields: wire, seen: [] };
}

/** The records of so many photos, each of another content; answers their entries. */
async function importPhotos(count: number): Promise<Buffer[]> {
  const ids: Buffer[] = [];
  const mutations: Mutation[] = [];
  for (let index = 0; index < count; index += 1) {
    const hash = `hash ${index}`;
    const [id, content] = [freshRecordId(Date.now()), contentIdentityId(secret, hash)];
    ids.push(uuidToBytes(id));
    mutations.push(
      replace('content_identity', content, { content_hash: hash, byte_size: 7, kind: 'image' }),
      replace('entry', id, { name: `${index}.jpg`, kind: 'file', size: 7, location, content, parent: null }),
    );
  }
  for (let from = 0; from < mutations.length; from += limits.mutationsMax)
    await handlers.write({ libraryId, mutations: mutations.slice(from, from + limits.mutationsMax) });
  return ids;
}

/** Lets the relay ship all, to a log-store that gives it to B; answers how many entries each message had. */
async function relayed(): Promise<number[]> {
  const { a, b } = devices;
  const messages: number[] = [];
  let seq = 1_000_000;
  const life = Buffer.alloc(24);
  const relay = startRelay({
    library: a.library,
    log: silentLog(),
    logStore: {
      recognise: async () => ({ logId: '', life, settling: false }),
      append: async ({ entries }) => {
        messages.push(entries.length);
        const sequenced = entries.map((entry) => ({ seq: ++seq, entry: parseEntry(entry) }));
        const cursor = { logId: 'test' as LogId, appliedSeq: seq, appliedEntries: seq };
        await b.library.apply(sequenced, cursor);
        return { ...AppendReply.decode(Buffer.alloc(0)), appended: entries.length, headSeq: seq, life };
      },
    },
  });
  await expect.poll(() => a.library.outboxCount(), within).toBe(0);
  await relay.stop();
  return messages;
}

const dumps = () => [devices.a, devices.b].map(({ reader }) => [...reader.dump()]);

describe('[S2-15] in bulk', () => {
  test(
    '5,000 photos are imported by ten calls, leave in messages of a thousand records, and are on B',
    patience,
    async () => {
      const photos = await importPhotos(5_000);
      expect(photos).toHaveLength(5_000);
      expect(await relayed()).toEqual(Array(10).fill(limits.batchEntriesMax));
      const [onA, onB] = dumps();
      expect(onA).toEqual(onB);
      expect(devices.b.records('entry')).toHaveLength(5_000);
    },
  );

  test(
    '1,000 files are tagged by one call, which is one transaction and two messages, on their content or alone',
    patience,
    async () => {
      const targetIds = await importPhotos(1_000);
      await relayed();
      const tag = freshRecordId(Date.now());
      await devices.a.put('tag', tag, { canonical_name: 'rome' });
      await relayed();
      for (const target of [TagTarget.TAG_TARGET_CONTENT, TagTarget.TAG_TARGET_ENTRY]) {
        const request = { libraryId, tagId: uuidToBytes(tag), target, targetIds };
        const { applicationIds } = await handlers.applyTag(request);
        expect(new Set(applicationIds.map(String)).size).toBe(1_000);
        // The metadata of each, and the application of the tag to it.
        expect(await relayed()).toEqual([1_000, 1_000]);
        expect(await handlers.applyTag(request)).toEqual({ applicationIds });
        expect(await relayed()).toEqual([]);
      }
      expect(devices.b.records('user_metadata_tag')).toHaveLength(2_000);
      const [onA, onB] = dumps();
      expect(onA).toEqual(onB);
      const request = { libraryId, tagId: uuidToBytes(tag), target: TagTarget.TAG_TARGET_ENTRY, targetIds };
      expect(await handlers.removeTag(request)).toEqual({ removed: 1_000 });
      expect(await relayed()).toEqual([1_000]);
      expect(await handlers.removeTag(request)).toEqual({ removed: 0 });
      expect(devices.b.records('user_metadata_tag')).toHaveLength(1_000);
    },
  );

  test('one target that cannot be tagged leaves all of them as they were', async () => {
    const targetIds = await importPhotos(3);
    const tag = freshRecordId(Date.now());
    await devices.a.put('tag', tag, { canonical_name: 'rome' });
    const nobody = uuidToBytes(freshRecordId(Date.now()));
    const before = devices.a.library.outboxCount();
    await expect(
      handlers.applyTag({
        libraryId,
        tagId: uuidToBytes(tag),
        target: TagTarget.TAG_TARGET_CONTENT,
        targetIds: [...targetIds, nobody],
      }),
    ).rejects.toMatchObject({ code: 'not-found', subject: { field: 'target_ids' } });
    expect(devices.a.library.outboxCount()).toBe(before);
    expect(devices.a.records('user_metadata')).toEqual([]);
  });

  test('[CHG-7] what changed several times before it left is one entry of a message', async () => {
    const photos = await importPhotos(100);
    const rename = (name: string) =>
      photos.map((recordId): Mutation => {
        const fields = fieldsToWire(new Map([['name', name]]));
        return { kind: MutationKind.MUTATION_KIND_PUT, model: 'entry', recordId, fields, seen: [] };
      });
    for (const name of ['one', 'two']) await handlers.write({ libraryId, mutations: rename(name) });
    // A hundred entries; a content identity each.
    expect(await relayed()).toEqual([200]);
    expect(new Set(devices.b.records('entry').map(({ name }) => name))).toEqual(new Set(['two']));
  });
});

describe('[S1-07] favourites', () => {
  test('of content are those of every device of the library, until somebody takes them back', async () => {
    const targetIds = await importPhotos(3);
    const target = TagTarget.TAG_TARGET_CONTENT;
    const say = (favorite: boolean, of: Buffer[]) =>
      handlers.setFavorite({ libraryId, favorite, target, targetIds: of });
    const onB = () => devices.b.records('user_metadata').filter(({ favorite }) => favorite === true).length;
    expect(await say(false, targetIds)).toEqual({ changed: 0 });
    expect(await say(true, targetIds.slice(1))).toEqual({ changed: 2 });
    expect(await say(true, targetIds)).toEqual({ changed: 1 });
    await relayed();
    expect(onB()).toBe(3);
    expect(await say(false, targetIds.slice(0, 1))).toEqual({ changed: 1 });
    await relayed();
    expect(onB()).toBe(2);
    const [onA, there] = dumps();
    expect(onA).toEqual(there);
    // Who takes it back has seen that it was said: nothing met.
    expect(
      devices.a.reader.conflicts.list(
        { model: null, record: null, isOpen: false },
        { after: null, limit: 10 },
      ),
    ).toEqual([]);
  });
});
