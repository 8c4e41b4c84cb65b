import { limits, type RecordId } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { userMetadataId, userMetadataTagId } from './index.ts';
import { newId, secret, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

let wallMs: number;
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  wallMs = Date.now();
  a = await testDevice(1, () => wallMs);
  b = await testDevice(2, () => wallMs);
  await shipBoth();
});

afterEach(() => {
  a.close();
  b.close();
});

async function shipBoth() {
  await ship(a, [b]);
  await ship(b, [a]);
}

/** A file of `a` with a tag of `b` on it; the application is `a`'s. */
async function tagged() {
  const [location, file, tag] = [newId(), newId(), newId()];
  await a.put('location', location, { name: 'home', path: '/home', device: a.id });
  await a.put('entry', file, { name: 'photo', kind: 'file', location });
  await b.put('tag', tag, { canonical_name: 'holiday' });
  await shipBoth();
  return { location, file, ...(await apply(a, { entry: file }, file, tag)), tag };
}

/** Puts a tag on what `about` names, which is `target`. */
async function apply(at: TestDevice, about: Record<string, RecordId>, target: RecordId, tag: RecordId) {
  const metadata = userMetadataId(secret, target);
  const application = userMetadataTagId(secret, metadata, tag);
  await at.put('user_metadata', metadata, about);
  await at.put('user_metadata_tag', application, { user_metadata: metadata, tag });
  await shipBoth();
  return { metadata, application };
}

const orphans = ({ library }: TestDevice) =>
  library.cursor.parked().find(({ reason }) => reason === 'orphaned')?.records ?? 0;
/** Some at a time, to the end; answers how many went. */
async function deleteOrphans({ library }: TestDevice): Promise<number> {
  for (let deleted = 0; ; ) {
    const step = await library.deleteOrphans(2);
    expect(step.failed).toEqual([]);
    deleted += step.deleted;
    if (step.isDone) return deleted;
  }
}
const wait = () => {
  wallMs += limits.orphanGraceMs;
};

describe('[DEP-3] what is orphaned', () => {
  test('is deleted by its owner’s device, after a while, and once', async () => {
    const { tag, application } = await tagged();
    await b.remove('tag', tag);
    await shipBoth();
    expect([orphans(a), orphans(b)]).toEqual([1, 1]);
    expect(await deleteOrphans(a)).toBe(0);
    wait();
    expect([await deleteOrphans(b), await deleteOrphans(a), await deleteOrphans(a)]).toEqual([0, 1, 0]);
    const shipped = await a.drain();
    expect(shipped.map(({ header }) => [header.recordId, header.change])).toEqual([[application, 'delete']]);
    await b.apply(shipped);
    expect([orphans(a), orphans(b)]).toEqual([0, 0]);
    expect(b.dump()).toEqual(a.dump());
  });

  test('appears again with what it hangs on, brought back before that', async () => {
    const { tag, application } = await tagged();
    await b.remove('tag', tag);
    await shipBoth();
    wallMs += limits.orphanGraceMs - 1;
    expect(await deleteOrphans(a)).toBe(0);
    await b.replace('tag', tag, { canonical_name: 'holiday' });
    await shipBoth();
    wait();
    expect(await deleteOrphans(a)).toBe(0);
    expect(a.fields('user_metadata_tag', application)).toMatchObject({ tag });
    // Orphaned anew, it has the same time again.
    await b.remove('tag', tag);
    await shipBoth();
    expect([orphans(a), await deleteOrphans(a)]).toEqual([1, 0]);
  });

  test('and shared stays: nobody owns it', async () => {
    const [content, tag] = [newId(), newId()];
    await a.put('content_identity', content, { content_hash: 'hash', byte_size: 1 });
    await b.put('tag', tag, { canonical_name: 'holiday' });
    await shipBoth();
    await b.remove('tag', tag);
    const { application } = await apply(a, { content_identity: content }, content, tag);
    expect([orphans(a), orphans(b)]).toEqual([1, 1]);
    wait();
    expect([await deleteOrphans(a), await deleteOrphans(b)]).toEqual([0, 0]);
    await b.replace('tag', tag, { canonical_name: 'holiday' });
    await shipBoth();
    expect(b.fields('user_metadata_tag', application)).toMatchObject({ tag });
  });

  test('below a place that is gone is deleted in bounded steps, by the device that it was of', async () => {
    // Another opening of the same device, which has not seen what the first one adds: a library put back from a copy.
    const again = await testDevice(1, () => wallMs);
    const location = newId();
    await again.put('location', location, { name: 'home', path: '/home', device: a.id });
    await ship(again, [a, b]);
    await again.remove('location', location);
    let parent: RecordId | null = null;
    for (let level = 0; level < 4; level += 1) {
      const ids: RecordId[] = [newId(), newId()];
      for (const id of ids) await a.put('entry', id, { name: id, kind: 'directory', location, parent });
      parent = ids[0]!;
    }
    await shipBoth();
    await ship(again, [a, b]);
    again.close();
    expect([orphans(a), orphans(b)]).toEqual([8, 8]);
    wait();
    expect(await deleteOrphans(b)).toBe(0);
    expect(await deleteOrphans(a)).toBe(8);
    await shipBoth();
    expect([orphans(a), orphans(b)]).toEqual([0, 0]);
    expect(b.dump()).toEqual(a.dump());
  });
});
