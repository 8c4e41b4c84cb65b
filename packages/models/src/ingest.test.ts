import type { LibraryId, ModelName, RecordId, Value } from '@shoal/core';
import { migrateLibrary, openPayload, openTransactionManager } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocationEntity, migrations, models, TagEntity } from './index.ts';
import {
  newId,
  type ShippedEntry,
  ship,
  type TestDevice,
  testDevice,
  twoDevices,
} from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});

afterEach(() => {
  a.close();
  b.close();
});

async function tags(of: TestDevice, count: number): Promise<RecordId[]> {
  const ids = Array.from({ length: count }, () => newId());
  for (const [index, id] of ids.entries()) await of.put('tag', id, { canonical_name: `tag ${index}` });
  return ids;
}

/** A location of `a` with one folder in it. */
async function place(): Promise<{ location: RecordId; folder: RecordId }> {
  const [location, folder] = [newId(), newId()];
  await a.put('location', location, { name: 'home', path: '/home', device: a.id });
  await a.put('entry', folder, { name: 'docs', kind: 'directory', location });
  return { location, folder };
}

const statesOf = ({ library }: TestDevice) =>
  library.store.db.prepare('select * from shoal_records order by model, uuid').all();
const rowOf = ({ library }: TestDevice, table: string, id: RecordId) =>
  library.store.db.prepare(`select * from ${table} where uuid = ?`).get(id) as Record<string, Value>;
const setLocal = ({ library }: TestDevice, model: string, id: RecordId, local: Record<string, string>) =>
  library.transaction(({ store }) => store.rows(model as ModelName).setLocal(id, local));

describe('applying', () => {
  test('[ING-1] [S3-26] entries again gives the same rows, the same states, and one row each', async () => {
    const { location } = await place();
    await tags(a, 5);
    const entries = await a.drain();
    await b.apply(entries);
    const [dump, states] = [b.dump(), statesOf(b)];
    const { counts } = await b.apply([...entries, ...[...entries].reverse()]);
    expect(counts).toEqual({ skipped: entries.length * 2, taken: 0, merged: 0, conflicting: 0 });
    expect([b.dump(), statesOf(b)]).toEqual([dump, states]);
    const rows = b.library.store.db.prepare('select count(*) from locations where uuid = ?').pluck();
    expect(rows.get(location)).toBe(1);
  });

  test('[ING-2] moves the cursor with the rows, and not at all when the rows cannot be written', async () => {
    await tags(a, 1);
    const entries = await a.drain();
    const { appliedSeq } = b.library.cursor.read()!;
    await b.apply(entries);
    const cursor = b.library.cursor.read();
    expect(cursor).toMatchObject({ appliedSeq: appliedSeq + entries.length });
    b.library.store.db.exec(
      "create temp trigger no before insert on tags begin select raise(abort, 'no'); end",
    );
    await tags(a, 1);
    const more = await a.drain();
    await expect(b.apply(more)).rejects.toThrow('no');
    expect(b.library.cursor.read()).toEqual(cursor);
    b.library.store.db.exec('drop trigger no');
    await b.apply(more);
    b.reopen();
    expect(b.library.cursor.read()!.appliedSeq).toBeGreaterThan(cursor!.appliedSeq);
    expect(b.dump()).toEqual(a.dump());
  });

  test('[S3-05] [S3-29] a received location is pending, and local columns survive what arrives', async () => {
    const { location } = await place();
    await setLocal(a, 'location', location, { scan_state: 'watching', error_message: 'mine' });
    await ship(a, [b]);
    expect(rowOf(b, 'locations', location)).toMatchObject({ scan_state: 'pending', error_message: null });
    await setLocal(b, 'location', location, { scan_state: 'ignored' });
    await a.put('location', location, { name: 'elsewhere' });
    await ship(a, [b]);
    expect(rowOf(b, 'locations', location)).toMatchObject({ name: 'elsewhere', scan_state: 'ignored' });
    expect(rowOf(a, 'locations', location)).toMatchObject({ scan_state: 'watching', error_message: 'mine' });
  });

  test('[DEP-3] what is parked keeps its local id and local columns, and comes back with them', async () => {
    const { location, folder } = await place();
    await ship(a, [b]);
    await setLocal(b, 'entry', folder, { inode: '42' });
    const before = rowOf(b, 'entries', folder);
    await a.remove('location', location);
    const [inner, outer] = split(await a.drain(), location);
    await b.apply(outer);
    expect(b.fields('entry', folder)).toBeUndefined();
    expect(b.library.cursor.parked()).toMatchObject([{ reason: 'orphaned', records: 1 }]);
    b.reopen();
    await a.replace('location', location, { name: 'again', path: '/home', device: a.id });
    await b.apply(await a.drain());
    expect(rowOf(b, 'entries', folder)).toMatchObject({ id: before.id, inode: '42' });
    expect(b.library.cursor.parked()).toEqual([]);
    await b.apply(inner);
    expect(b.dump()).toEqual(a.dump());
  });

  test('[DEP-6] a folder that changes places with the one it lay in: in either order the closure is whole', async () => {
    const { location, folder: outer } = await place();
    const [inner, leaf] = [newId(), newId()];
    await a.put('entry', inner, { name: 'inner', kind: 'directory', location, parent: outer });
    await a.put('entry', leaf, { name: 'leaf', kind: 'directory', location, parent: inner });
    const c = await testDevice(3);
    await a.put('device', a.id as never, { os: 'test' });
    await ship(a, [b, c]);
    await a.put('entry', inner, { parent: null });
    await a.put('entry', outer, { parent: inner });
    const moves = await a.drain();
    await b.apply(moves);
    await c.apply([...moves].reverse());
    for (const device of [a, b, c]) {
      const closure = () =>
        device.library.store.db.prepare('select * from entry_closure order by 1, 2').all();
      const kept = closure();
      expect(kept.length).toBe(5);
      device.library.store.rows('entry' as ModelName).upkeep[0]!.rebuild();
      expect(closure()).toEqual(kept);
    }
    c.close();
  });
});

describe('quarantine', () => {
  const poisons: [string, string, (entry: ShippedEntry) => ShippedEntry][] = [
    ['a flipped bit', 'unsealing-failed', (entry) => ({ ...entry, sealed: flipped(entry.sealed) })],
    [
      'a flipped bit of its header',
      'unsealing-failed',
      (entry) => ({ ...entry, headerBytes: flipped(entry.headerBytes) }),
    ],
    ['no payload', 'unsealing-failed', (entry) => ({ ...entry, sealed: Buffer.alloc(0) })],
  ];

  test.each(poisons)(
    '[ING-3] an entry with %s waits there as %s, holds up nothing, removes nothing',
    async (_what, code, poison) => {
      const [kept, poisoned] = [...(await tags(a, 2))] as [RecordId, RecordId];
      await ship(a, [b]);
      await a.put('tag', poisoned, { color: '#111' });
      await a.put('tag', kept, { color: '#222' });
      const [bad, good] = await a.drain();
      const applied = await b.apply([poison(bad!), good!]);
      expect(applied.quarantined.map(({ error }) => error.code)).toEqual([code]);
      expect(b.library.quarantined.count()).toBe(1);
      expect(b.fields('tag', kept)).toMatchObject({ color: '#222' });
      expect(b.fields('tag', poisoned)).toMatchObject({ canonical_name: 'tag 1', color: null });
      expect(b.library.cursor.read()).toMatchObject({ appliedSeq: expect.any(Number) });
      // The entry as it should have been still counts when it comes.
      await b.apply([bad!]);
      expect(b.dump()).toEqual(a.dump());
      expect(b.library.quarantined.count()).toBe(0);
    },
  );

  test('[ING-3] [CHG-4] a delete is sealed too: whoever has no key can delete nothing', async () => {
    const [id] = (await tags(a, 1)) as [RecordId];
    await ship(a, [b]);
    const stranger = await testDevice(3, Date.now, {
      ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 9)]]) },
    });
    await stranger.drain();
    await stranger.replace('tag', id, { canonical_name: 'mine' });
    await stranger.remove('tag', id);
    const { quarantined } = await b.apply(await stranger.drain());
    expect(quarantined.map(({ error }) => error.code)).toEqual(['unsealing-failed', 'unsealing-failed']);
    expect(b.fields('tag', id)).toBeDefined();
    stranger.close();
  });

  test('[ING-3] [S4-21] an entry of another library waits there, though it opens', async () => {
    const other = await testDevice(3, Date.now, {
      libraryId: '99999999-9999-4999-8999-999999999999' as LibraryId,
    });
    const { quarantined } = await b.apply(await other.drain());
    expect(quarantined.map(({ error }) => error.subject.field)).toEqual(['library_id']);
    other.close();
  });

  test('[S3-20] [ING-3] an entry of another domain than its model’s waits there, and what was shipped right still counts', async () => {
    const swapped = models.map((model) => ({
      ...model,
      columns: model.columns,
      localColumns: model.localColumns,
      spec:
        model.spec.name === 'tag'
          ? { ...model.spec, domain: 'index' as const, strategy: 'state' as const }
          : model.spec,
    }));
    const odd = await testDevice(3, Date.now, { models: swapped });
    await odd.drain();
    await odd.put('tag', newId(), { canonical_name: 'x' });
    const { quarantined } = await b.apply(await odd.drain());
    expect(quarantined.map(({ error }) => [error.code, error.subject])).toEqual([
      ['malformed-message', expect.objectContaining({ field: 'domain', model: 'tag', device: odd.id })],
    ]);
    await tags(a, 1);
    await ship(a, [b]);
    expect(b.dump()).toEqual(a.dump());
    odd.close();
  });

  // A device whose program has other models of the same name: an old one, or a broken one.
  test('[ING-3] [SEC-5] values of the wrong type, or none where there must be one, wait there and name the field', async () => {
    const careless = models.map((model) =>
      model.spec.name === 'tag'
        ? {
            ...model,
            columns: model.columns,
            localColumns: model.localColumns,
            spec: {
              ...model.spec,
              fields: model.spec.fields.map((field) =>
                field.kind === 'text' || field.kind === 'integer'
                  ? { kind: 'text' as const, name: field.name, nullable: true, default: null }
                  : field,
              ),
            },
          }
        : model,
    );
    const odd = await testDevice(3, Date.now, { models: careless });
    await odd.drain();
    odd.library.store.db.exec('drop table tags');
    odd.library.store.db.exec(
      'create table tags (id integer primary key, uuid text unique, version text, canonical_name, color, created_by_device_id, display_name, icon, namespace, privacy_level, search_weight, tag_type, created_at, updated_at)',
    );
    odd.reopen();
    await odd.put('tag', newId(), {
      canonical_name: 'x',
      search_weight: 'heavy',
      tag_type: 'standard',
      privacy_level: 'normal',
    });
    await odd.put('tag', newId(), {
      canonical_name: null,
      search_weight: null,
      tag_type: 'standard',
      privacy_level: 'normal',
    });
    const { quarantined } = await b.apply(await odd.drain());
    expect(quarantined.map(({ error }) => error.subject.field)).toEqual(['search_weight', 'canonical_name']);
    expect(b.fields('device', odd.id as never)).toBeUndefined();
    odd.close();
  });
});

describe('what is local-only', () => {
  test('[S1-06] [S3-03] [S3-12] never leaves: not in payloads, headers or dumps, by neither door', async () => {
    const { location, folder } = await place();
    const [tag] = (await tags(a, 1)) as [RecordId];
    const marker = 'ONLY-HERE-7f3a';
    const idByModel = new Map([
      ['location', location],
      ['entry', folder],
      ['tag', tag],
      ['device', a.id as unknown as RecordId],
    ]);
    for (const { spec, localColumns } of models) {
      if (localColumns.length === 0) continue;
      const local = Object.fromEntries(localColumns.map((column) => [column, marker]));
      await setLocal(a, spec.name, idByModel.get(spec.name)!, local);
    }
    const manager = await openTransactionManager(a.options);
    await manager.transactional(async (em) => {
      const found = await em.findOneOrFail(TagEntity, { uuid: tag });
      found.color = '#123';
      const there = await em.findOneOrFail(LocationEntity, { uuid: location });
      there.errorMessage = `${marker} too`;
      there.name = 'elsewhere';
    });
    await manager.close();
    await a.put('entry', folder, { name: 'papers' });
    await a.put('device', a.id as never, { os: 'test' });
    const entries = await a.drain();
    expect(entries.length).toBeGreaterThan(4);
    for (const { header, headerBytes, sealed } of entries) {
      const payload = openPayload(a.options.ring, header.keyId, headerBytes, sealed);
      expect(payload.includes(marker)).toBe(false);
      expect(Buffer.from(headerBytes).includes(marker)).toBe(false);
      expect(models.map(({ spec }) => spec.name)).toContain(header.model);
    }
    await b.apply(entries);
    expect([...a.dump(), ...b.dump()].join()).not.toContain(marker);
    expect(b.dump()).toEqual(a.dump());
  });
});

describe('library.db', () => {
  test('is refused where a newer program wrote it', async () => {
    const older = migrations.slice(0, 1);
    await expect(migrateLibrary(a.options.path, older)).rejects.toMatchObject({ code: 'version-mismatch' });
  });
});

/** The entries of all records but one, and those of that one. */
function split(entries: readonly ShippedEntry[], id: RecordId): [ShippedEntry[], ShippedEntry[]] {
  return [
    entries.filter(({ header }) => header.recordId !== id),
    entries.filter(({ header }) => header.recordId === id),
  ];
}

function flipped(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1]! ^= 1;
  return copy;
}
