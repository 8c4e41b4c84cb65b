import type { RecordId } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { userMetadataId, userMetadataTagId } from './index.ts';
import {
  newId,
  type ShippedEntry,
  secret,
  ship,
  type TestDevice,
  testDevice,
} from './testing/library-on-disk.ts';

let wallMs: number;
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  wallMs = 1_000_000;
  a = await testDevice(1, () => wallMs);
  b = await testDevice(2, () => wallMs);
  await ship(a, [b]);
  await ship(b, [a]);
});

afterEach(() => {
  a.close();
  b.close();
});

/** A tag on content, all made by `a`; the entries of each record. */
async function taggedContent() {
  const [content, tag] = [newId(), newId()];
  const metadata = userMetadataId(secret, content);
  const application = userMetadataTagId(secret, metadata, tag);
  await a.put('content_identity', content, { content_hash: 'hash', byte_size: 1 });
  await a.put('tag', tag, { canonical_name: 'holiday' });
  await a.put('user_metadata', metadata, { content_identity: content });
  await a.put('user_metadata_tag', application, { user_metadata: metadata, tag });
  const shipped = await a.drain();
  const of = (id: RecordId): ShippedEntry[] => shipped.filter(({ header }) => header.recordId === id);
  return { content, tag, metadata, application, of };
}

const missing = ({ library }: TestDevice, limit = 100) =>
  library.missingRecords(null, limit).map(({ ref, origin }) => [ref.model, ref.id, origin]);

describe('[DEP-4] what is parked', () => {
  test('is told with its reason and since when, which begins anew with another reason', async () => {
    const { tag, metadata, application, of } = await taggedContent();
    await b.apply(of(application));
    expect(b.library.cursor.parked()).toEqual([{ reason: 'missing', records: 1, oldestMs: 1_000_000 }]);
    wallMs += 5_000;
    await b.apply([...of(metadata), ...of(tag)]);
    expect(b.library.cursor.parked()).toEqual([
      { reason: 'missing', records: 1, oldestMs: 1_005_000 },
      { reason: 'waiting', records: 1, oldestMs: 1_005_000 },
    ]);
    wallMs += 5_000;
    b.reopen();
    await b.apply([...of(metadata), ...of(application)]);
    expect(b.library.cursor.parked().map(({ oldestMs }) => oldestMs)).toEqual([1_005_000, 1_005_000]);
  });

  test('for want of a record that nobody here knows names it once, with the device that wrote the reference', async () => {
    const { content, tag, metadata, application, of } = await taggedContent();
    await b.apply([...of(metadata), ...of(application)]);
    expect(missing(b)).toEqual([
      ['content_identity', content, a.id],
      ['tag', tag, a.id],
    ]);
    await b.apply(of(content));
    expect(missing(b)).toEqual([['tag', tag, a.id]]);
    await b.apply(of(tag));
    expect(missing(b)).toEqual([]);
    expect(b.fields('user_metadata_tag', application)).toMatchObject({ tag });
  });

  test('for want of what was deleted is not asked for; others are listed in order, some at a time', async () => {
    const { tag, application, metadata, content, of } = await taggedContent();
    await a.remove('tag', tag);
    const deleted = (await a.drain()).filter(({ header }) => header.recordId === tag);
    await b.apply([...of(content), ...of(metadata), ...deleted, ...of(application)]);
    expect(b.library.cursor.parked().map(({ reason }) => reason)).toEqual(['orphaned']);
    expect(missing(b)).toEqual([]);
    const children = [];
    for (let n = 0; n < 5; n += 1) {
      const location = newId();
      await a.put('location', location, { name: `${n}`, path: `/${n}`, device: a.id });
      await a.put('entry', newId(), { name: `${n}`, kind: 'file', location });
      children.push(...(await a.drain()).filter(({ header }) => header.model === 'entry'));
    }
    await b.apply(children);
    const first = b.library.missingRecords(null, 3);
    const rest = b.library.missingRecords(first.at(-1)!.ref, 3);
    expect([first.length, rest.length]).toEqual([3, 2]);
    const ids = [...first, ...rest].map(({ ref }) => ref.id);
    expect(ids).toEqual([...ids].sort());
  });
});
