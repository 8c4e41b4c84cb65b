import { adoptStrays } from '@shoal/library';
import { inspectLibrary } from '@shoal/library/inspect';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentIdentityId, migrations, models } from './index.ts';
import { newId, secret, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** Rows that another program wrote into the file: nothing captured them. */
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});
afterEach(() => {
  a.close();
  b.close();
});

const strays = (isDeep = true) => {
  const seen = inspectLibrary(a.options.path, { models, migrations, isDeep });
  return seen.kind === 'read' ? seen.content?.strays : seen;
};
/** The other program, which knows nothing of foreign keys either. */
const sql = (text: string) => {
  const { db } = a.library.store;
  db.pragma('foreign_keys = OFF');
  db.exec(text);
  db.pragma('foreign_keys = ON');
};

/** One of each model that there can be several of, with references, nulls, JSON and blobs as they come. */
async function fill(): Promise<{ tag: string; location: string; entry: string }> {
  const [tag, location, entry] = [newId(), newId(), newId()];
  await a.put('tag', tag, { canonical_name: 'holiday', created_by_device: a.id });
  await a.put('location', location, { name: 'home', path: '/home', device: a.id });
  const content = contentIdentityId(secret, 'abc');
  await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
  await a
    .put('entry', entry, { name: 'x', kind: 'file', location, content, parent: newId() })
    .catch(() => {});
  await a.put('entry', entry, { name: 'x', kind: 'file', location, content });
  await b.put('location', newId(), { name: 'other', path: '/other', device: b.id });
  await ship(b, [a]);
  await ship(a, [b]);
  return { tag, location, entry };
}

test('a library that this program alone wrote has none, whatever is in it', async () => {
  await fill();
  expect(strays()).toEqual([]);
  expect(await adoptStrays(a.library)).toEqual([]);
  expect(a.library.outboxCount()).toBe(0);
});

test('[S2-32] a row that was changed, one that was added and one that was removed are found, and synced by the repair', async () => {
  const { tag, entry } = await fill();
  const added = newId();
  sql(`update tags set color = 'red', created_by_device_id = null where uuid = '${tag}'`);
  sql(`insert into tags (uuid, canonical_name, version) values ('${added}', 'by hand', '')`);
  sql(`delete from entries where uuid = '${entry}'`);
  expect(strays()).toEqual(
    expect.arrayContaining([
      { model: 'tag', kind: 'changed', count: 1 },
      { model: 'tag', kind: 'added', count: 1 },
      { model: 'entry', kind: 'removed', count: 1 },
    ]),
  );
  const adopted = await adoptStrays(a.library);
  expect(adopted.map(({ refused }) => refused)).toEqual([null, null, null]);
  expect(strays()).toEqual([]);
  await ship(a, [b]);
  expect(b.fields('tag', tag as never)).toMatchObject({ color: 'red', created_by_device: null });
  expect(b.fields('tag', added)).toMatchObject({ canonical_name: 'by hand' });
  expect(b.fields('entry', entry as never)).toBeUndefined();
  expect(b.dump()).toEqual(a.dump());
});

test('[S2-32] [MRG-1] what was changed by hand on a stale row does not swallow what arrived since', async () => {
  const { tag } = await fill();
  sql(`update tags set color = 'red' where uuid = '${tag}'`);
  await b.put('tag', tag as never, { icon: 'sun' });
  // Ingest shows the record again before anybody looks: what was done by hand is gone, and says so nowhere else.
  await ship(b, [a]);
  expect(strays()).toEqual([]);
  expect(a.fields('tag', tag as never)).toMatchObject({ color: null, icon: 'sun' });
  expect(b.dump()).toEqual(a.dump());
});

test('[S2-32] [MRG-5] what is another device’s is taken back, with the reason', async () => {
  await fill();
  sql("update locations set name = 'mine' where path = '/other'");
  expect(strays()).toEqual([{ model: 'location', kind: 'changed', count: 1 }]);
  const [adopted] = await adoptStrays(a.library);
  expect(adopted).toMatchObject({ stray: { kind: 'changed' }, refused: { code: 'not-owner' } });
  expect([strays(), a.library.outboxCount()]).toEqual([[], 0]);
  expect(b.dump()).toEqual(a.dump());
});
