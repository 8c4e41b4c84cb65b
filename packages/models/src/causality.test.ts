import type { RecordId } from '@shoal/core';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { contentIdentityId, userMetadataId, userMetadataTagId } from './index.ts';
import {
  newId,
  type ShippedEntry,
  secret,
  ship,
  type TestDevice,
  testDevice,
} from './testing/library-on-disk.ts';

const opened: TestDevice[] = [];

async function open(number: number): Promise<TestDevice> {
  const device = await testDevice(number);
  opened.push(device);
  return device;
}

afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

interface Story {
  /** What C is given, in the order in which it was made. */
  readonly entries: readonly ShippedEntry[];
  readonly tag: RecordId;
  readonly application: RecordId;
  /** What the tag was called, each name given by who had read the one before. */
  readonly names: readonly string[];
  readonly end: readonly string[];
}

/** A and B by turns, each upon what it has seen of the other: a tag, where it is put, what it is called. */
async function tellStory(): Promise<Story> {
  const [a, b] = [await open(1), await open(2)];
  await ship(b, [a]);
  const entries: ShippedEntry[] = [];
  const exchange = async () => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const made = await from.drain();
      entries.push(...made);
      await to.apply(made);
    }
  };
  const tag = newId();
  const content = contentIdentityId(secret, 'aa');
  const metadata = userMetadataId(secret, content);
  const application = userMetadataTagId(secret, metadata, tag);
  const names = ['holiday', 'journey', 'voyage'];
  await a.put('tag', tag, { canonical_name: names[0]! });
  await exchange();
  await b.put('content_identity', content, { content_hash: 'aa', byte_size: 1 });
  await b.put('tag', tag, { canonical_name: names[1]! }, b.version('tag', tag));
  await exchange();
  await a.put('user_metadata', metadata, { content_identity: content });
  await exchange();
  await b.put('user_metadata_tag', application, { user_metadata: metadata, tag });
  await exchange();
  await a.put('tag', tag, { canonical_name: names[2]! }, a.version('tag', tag));
  await exchange();
  return { entries, tag, application, names, end: withoutDevices(a) };
}

/** What is shown, but for what each device says of itself. */
function withoutDevices(of: TestDevice): string[] {
  return of.dump().filter((line) => !line.startsWith('{"model":"device"'));
}

/**
 * Who reads a change and makes another upon it made an effect of it. What a change was made upon is what it names: the
 * versions that it includes (MRG-1) and the records that it refers to (DEP-2). So C may hear of them in any order.
 */
test('[S3-22] [MRG-1] [DEP-2] on a third device no effect is seen before its cause, in whatever order they arrive', async () => {
  const { entries, tag, application, names, end } = await tellStory();
  const orders = fc.shuffledSubarray([...entries], { minLength: entries.length });
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const c = await testDevice(3);
      try {
        let shown = -1;
        for (const entry of order) {
          await c.apply([entry]);
          const now = names.indexOf(String(c.fields('tag', tag)?.canonical_name));
          expect(now).toBeGreaterThanOrEqual(shown);
          shown = now;
          const put = c.fields('user_metadata_tag', application);
          if (put === undefined) continue;
          expect(c.fields('tag', put.tag as RecordId)).toBeDefined();
          const metadata = c.fields('user_metadata', put.user_metadata as RecordId);
          expect(metadata).toBeDefined();
          expect(c.fields('content_identity', metadata!.content_identity as RecordId)).toBeDefined();
        }
        expect(withoutDevices(c)).toEqual(end);
        expect(c.library.cursor.parked()).toEqual([]);
      } finally {
        c.close();
      }
    }),
    { numRuns: 40 },
  );
});
