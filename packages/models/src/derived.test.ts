import type { RecordId } from '@shoal/core';
import { checkDerived, rebuildDerived } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentIdentityId, models } from './index.ts';
import { newId, secret, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/** What is derived is never synced: each device keeps it, can check it, and can make it from nothing (DEP-6). */
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
  b = await testDevice(2);
  await ship(a, [b]);
});

afterEach(() => {
  a.close();
  b.close();
});

/** A location of A with `docs/letters/one.txt` below its root; answers the entries from the root down. */
async function tree(): Promise<RecordId[]> {
  const location = newId();
  await a.put('location', location, { name: 'home', path: '/home', device: a.id });
  const ids: RecordId[] = [];
  for (const name of ['home', 'docs', 'letters', 'one.txt']) {
    const id = newId();
    const kind = name.includes('.') ? 'file' : 'directory';
    await a.put('entry', id, { name, kind, location, parent: ids.at(-1) ?? null });
    ids.push(id);
  }
  return ids;
}

const closureOf = ({ library }: TestDevice) =>
  library.store.db.prepare('select * from entry_closure order by ancestor_id, descendant_id').all();

describe('derived tables', () => {
  test('[S1-26] [DEP-6] are marked in the registry, and none of them is a model that syncs', () => {
    const derived = models.flatMap((model) => model.derived.map(({ table }) => table));
    expect(derived).toContain('entry_closure');
    expect(models.filter(({ spec }) => derived.includes(spec.table))).toEqual([]);
  });

  test('[S1-26] [DEP-6] made from nothing are equal to those kept up write by write, where written and where applied', async () => {
    const [root, docs, letters] = (await tree()) as [RecordId, RecordId, RecordId];
    await ship(a, [b]);
    await a.put('entry', letters, { parent: root });
    await a.remove('entry', docs);
    await ship(a, [b]);
    for (const device of [a, b]) {
      expect(await checkDerived(device.library)).toEqual([]);
      const kept = closureOf(device);
      expect(kept).toHaveLength(6);
      device.library.store.db.exec('delete from entry_closure');
      await rebuildDerived(device.library);
      expect(closureOf(device)).toEqual(kept);
    }
  });

  test('[S1-26] a check names what is missing and what is too much, and changes nothing', async () => {
    await tree();
    const { db } = a.library.store;
    const [{ id }] = db
      .prepare<[], { id: number }>("select id from entries where name = 'one.txt'")
      .all() as [{ id: number }];
    db.prepare('delete from entry_closure where descendant_id = ? and depth = 3').run(id);
    db.prepare('update entry_closure set depth = 7 where descendant_id = ? and depth = 2').run(id);
    const damaged = closureOf(a);
    expect(await checkDerived(a.library)).toMatchObject([
      {
        model: 'entry',
        table: 'entry_closure',
        missing: {
          count: 2,
          first: [
            { descendant_id: id, depth: 3 },
            { descendant_id: id, depth: 2 },
          ],
        },
        extra: { count: 1, first: [{ descendant_id: id, depth: 7 }] },
      },
    ]);
    expect(closureOf(a)).toEqual(damaged);
    await rebuildDerived(a.library);
    expect(await checkDerived(a.library)).toEqual([]);
    expect(a.library.outboxCount()).toBeGreaterThan(0);
  });

  test('[DEP-6] counts of a content follow its copies, by writes and by what arrives', async () => {
    const content = contentIdentityId(secret, 'aa');
    await a.put('content_identity', content, { content_hash: 'aa', byte_size: 3 });
    const copies = [...(await tree()), ...(await tree())].filter((_, index) => index % 4 === 3);
    for (const id of copies) await a.put('entry', id, { content });
    const counts = ({ library }: TestDevice) =>
      library.store.db.prepare('select entries, locations from content_counts').all();
    await ship(a, [b]);
    for (const device of [a, b]) expect(counts(device)).toEqual([{ entries: 2, locations: 2 }]);
    await a.remove('entry', copies[0]!);
    await a.put('entry', copies[1]!, { content: null });
    await ship(a, [b]);
    for (const device of [a, b]) expect(counts(device)).toEqual([]);
  });
});
