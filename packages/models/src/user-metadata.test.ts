import type { RecordId, Value } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentIdentityId, userMetadataId, userMetadataTagId } from './index.ts';
import { mergeNotes } from './merge-notes.ts';
import { exchange, newId, secret, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;
let id: RecordId;

beforeEach(async () => {
  [a, b] = await twoDevices();
  const content = contentIdentityId(secret, 'aa');
  await a.put('content_identity', content, { content_hash: 'aa', byte_size: 1 });
  id = userMetadataId(secret, content);
  await a.put('user_metadata', id, { content_identity: content });
  await exchange(a, b);
});

afterEach(() => {
  a.close();
  b.close();
});

const put = (device: TestDevice, fields: Record<string, Value>) => device.put('user_metadata', id, fields);
const shown = (device: TestDevice) => device.fields('user_metadata', id);

describe('user metadata of content, written on two devices at once', () => {
  test('[S1x-13] [MRG-3] is a favourite, and hidden, if one of them says so', async () => {
    await put(a, { favorite: true });
    await put(b, { hidden: true });
    await exchange(a, b);
    for (const device of [a, b]) expect(shown(device)).toMatchObject({ favorite: true, hidden: true });
    // Who takes it back is heard by whoever says something else meanwhile.
    await put(a, { favorite: false });
    await put(b, { notes: 'meanwhile' });
    await exchange(a, b);
    for (const device of [a, b]) expect(shown(device)).toMatchObject({ favorite: false, notes: 'meanwhile' });
  });

  test('[S1x-12] [MRG-3] keeps both notes, with device and time, and tells of no conflict', async () => {
    await put(a, { notes: 'from a' });
    await put(b, { notes: 'from b' });
    await exchange(a, b);
    expect(shown(a)).toEqual(shown(b));
    const notes = String(shown(a)?.notes);
    expect(notes.split(/\n\n--- [0-9a-f-]{36}, \d{4}-\d\d-\d\dT[\d:.]+Z\n/).sort()).toEqual([
      'from a',
      'from b',
    ]);
  });

  test('[S1x-12] [MRG-3] keeps custom data by key path', async () => {
    await put(a, { custom_data: '{"camera":{"iso":100}}' });
    await put(b, { custom_data: '{"camera":{"lens":"50mm"},"stars":[1]}' });
    await exchange(a, b);
    for (const device of [a, b]) {
      expect(shown(device)?.custom_data).toBe('{"camera":{"iso":100,"lens":"50mm"},"stars":[1]}');
    }
  });
});

describe('a tag on content', () => {
  test('[S0-27] [MRG-4] that one device puts on anew, while another takes it off, stays on both; the later word beside it is shown', async () => {
    const tag = newId();
    const application = userMetadataTagId(secret, id, tag);
    await a.put('tag', tag, { canonical_name: 'holiday' });
    await a.put('user_metadata_tag', application, { user_metadata: id, tag, context: 'old' });
    await exchange(a, b);
    await a.remove('user_metadata_tag', application);
    await b.put('user_metadata_tag', application, { context: 'local' });
    await exchange(a, b);
    const both = [a, b].map((device) => device.fields('user_metadata_tag', application));
    expect(both[0]).toMatchObject({ tag, context: 'local' });
    expect(both[1]).toEqual(both[0]);
    // Where both know of each other, the later decides, also to take it off.
    await a.put('user_metadata_tag', application, { context: 'from a' });
    await exchange(a, b);
    expect(b.fields('user_metadata_tag', application)).toMatchObject({ context: 'from a' });
    await b.remove('user_metadata_tag', application);
    await exchange(a, b);
    expect(a.fields('user_metadata_tag', application)).toBeUndefined();
  });
});

describe('notes', () => {
  const dot = (ms: number) =>
    `${ms.toString(16).padStart(12, '0')}0000@00000000-0000-4000-8000-00000000000${ms}.${'0'.repeat(16)}`;
  const notes = (...texts: (string | null)[]) =>
    mergeNotes(texts.map((value, index) => ({ dot: dot(9 - index) as never, value }))).value;

  test('[S1x-12] that stand in others are not repeated, and empty ones are none', () => {
    expect(notes('one and two', 'one')).toBe('one and two');
    expect(notes('one', 'one', null, '')).toBe('one');
    expect(notes(null, '')).toBe('');
    expect(notes('late', 'early')).toBe(
      'early\n\n--- 00000000-0000-4000-8000-000000000009, 1970-01-01T00:00:00.009Z\nlate',
    );
  });
});
