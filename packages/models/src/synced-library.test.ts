import type { EntityManager } from '@mikro-orm/core';
import { limits, type RecordId } from '@shoal/core';
import { openSyncedLibrary, type Skipped, type SyncedLibrary } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DeviceEntity,
  EntryEntity,
  LocationEntity,
  localEntities,
  TagEntity,
  TempFileEntity,
} from './index.ts';
import { newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** The calls that an application makes, without services. */
let a: TestDevice;
let b: TestDevice;
let library: SyncedLibrary;
let warned: Skipped[];

beforeEach(async () => {
  [a, b] = await twoDevices();
  warned = [];
  library = await open();
});

afterEach(async () => {
  await library.close();
  a.close();
  b.close();
});

function open(more: { batchSize?: number } = {}): Promise<SyncedLibrary> {
  return openSyncedLibrary({
    ...{ ...a.options, ...more, localEntities },
    onSkipped: (skipped) => warned.push(...skipped),
  });
}

const newTag = (em: EntityManager, name: string, more: object = {}) =>
  em.create(TagEntity, { canonicalName: name, ...more } as never, { persist: false });

const outbox = () => a.library.outboxCount();

async function aLocation(em: EntityManager) {
  const device = await em.findOneOrFail(DeviceEntity, { uuid: a.id });
  const location = em.create(LocationEntity, { uuid: newId(), name: 'x', path: '/x', device } as never);
  await library.syncModelWithDb(location, 'insert', em);
  return location;
}

describe('syncModel', () => {
  test('[S2-01] [S2-47] one line makes a record, one changes it, one deletes it, and it is so on the other device', async () => {
    const tag = newTag(library.fork(), 'holiday');
    await library.syncModel(tag, 'insert');
    expect(tag).toMatchObject({ id: expect.any(Number), uuid: expect.any(String), searchWeight: 100 });
    const [entry] = await a.drain();
    // A shared model goes through the log, with its stamp (S2-42).
    expect(entry!.header).toMatchObject({
      model: 'tag',
      recordId: tag.uuid,
      change: 'insert',
      domain: 'user-metadata',
    });
    await b.apply([entry!]);
    tag.color = 'red';
    await library.syncModel(tag, 'update');
    await ship(a, [b]);
    expect(b.fields('tag', tag.uuid as RecordId)).toMatchObject({ canonical_name: 'holiday', color: 'red' });
    await library.syncModel(tag, 'delete');
    await ship(a, [b]);
    expect(b.fields('tag', tag.uuid as RecordId)).toBeUndefined();
    expect(b.dump()).toEqual(a.dump());
  });

  test('what was flushed before is captured already: the call adds no entry, and what is flushed after adds none', async () => {
    const em = library.fork();
    const flushed = em.create(TagEntity, { uuid: newId(), canonicalName: 'flushed' });
    await em.flush();
    expect(await library.syncModel(flushed, 'insert')).toEqual({ captured: 0, skipped: [] });
    expect(outbox()).toBe(1);
    const synced = em.create(TagEntity, { canonicalName: 'synced' } as never);
    await library.syncModel(synced, 'insert');
    await em.flush();
    expect(outbox()).toBe(2);
    await ship(a, [b]);
    expect(b.dump()).toEqual(a.dump());
  });

  test('a record that a call has made is one of its entity manager: what is changed later is flushed, within the transaction too', async () => {
    const em = library.fork();
    const first = em.create(TagEntity, { canonicalName: 'first' } as never);
    await library.syncModelsBatch([first], 'insert', em);
    first.color = '#111';
    await em.flush();
    await library.transactional(async (inner) => {
      const third = inner.create(TagEntity, { canonicalName: 'third' } as never);
      await library.syncModelsBatch([third], 'insert', inner);
      third.color = '#333';
    });
    const second = em.create(TagEntity, { canonicalName: 'second' } as never);
    await library.syncModelWithDb(second, 'insert', em);
    second.color = '#222';
    await em.flush();
    await ship(a, [b]);
    const colors = b
      .dump()
      .filter((line) => line.includes('canonical_name'))
      .map((line) => /"color":"(#\d+)"/.exec(line)?.[1]);
    expect(colors.sort()).toEqual(['#111', '#222', '#333']);
  });

  test('[MRG-1] what was loaded before a change arrived does not swallow it', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday' });
    await ship(a, [b]);
    const tag = await library.fork().findOneOrFail(TagEntity, { uuid: id });
    await b.put('tag', id, { color: '#222', icon: 'sun' });
    await ship(b, [a]);
    tag.color = '#111';
    await library.syncModel(tag, 'update');
    await ship(a, [b]);
    expect(a.fields('tag', id)).toMatchObject({ color: '#111', icon: 'sun' });
    expect(
      a
        .state('tag', id)
        .fields.get('color')!
        .map(({ value }) => value),
    ).toEqual(['#111', '#222']);
    expect(b.dump()).toEqual(a.dump());
  });

  test('[S2-37] a record that refers to another is refused, and is told which call takes it', async () => {
    const em = library.fork();
    const createdByDevice = await em.findOneOrFail(DeviceEntity, { uuid: a.id });
    await expect(library.syncModel(newTag(em, 'x', { createdByDevice }), 'insert')).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('syncModelWithDb'),
      subject: { model: 'tag', field: 'created_by_device' },
    });
  });

  test('within a transaction it is refused instead of waiting for ever', async () => {
    await library.transactional(async (em) => {
      await expect(library.syncModel(newTag(em, 'x'), 'insert')).rejects.toMatchObject({
        code: 'invalid-argument',
      });
    });
    await library.syncModel(newTag(library.fork(), 'after'), 'insert');
    expect(outbox()).toBe(1);
  });

  test('[S2-02] what does not sync does not compile, and is refused by name', async () => {
    const em = library.fork();
    const file = em.create(TempFileEntity, { path: '/tmp/x' } as never, { persist: false });
    // @ts-expect-error A temporary file has neither UUID nor version: it is no record.
    await expect(library.syncModel(file, 'insert')).rejects.toMatchObject({ code: 'unknown-model' });
    // @ts-expect-error There is no such change.
    const renamed = library.syncModel(newTag(em, 'x'), 'rename');
    await expect(renamed).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(library.syncModel({ id: 1, version: '' }, 'insert')).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    const stranger = newTag(em, 'x');
    await expect(library.syncModel(stranger, 'update')).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test('[S2-17] the owner is this device, whatever the record says', async () => {
    const em = library.fork();
    const other = await em.findOneOrFail(DeviceEntity, { uuid: b.id });
    const location = em.create(LocationEntity, { name: 'x', path: '/x', device: other } as never);
    await expect(library.syncModelWithDb(location, 'insert', library.fork())).rejects.toMatchObject({
      code: 'not-owner',
    });
  });
});

describe('syncModelWithDb', () => {
  test('[S2-11] [S2-42] references go as UUIDs, never as integers', async () => {
    const em = library.fork();
    const location = await aLocation(em);
    const entry = em.create(EntryEntity, { uuid: newId(), name: 'x', kind: 'file', location } as never);
    await library.syncModelWithDb(entry, 'insert', em);
    await ship(a, [b]);
    expect(b.fields('entry', entry.uuid as RecordId)).toMatchObject({ location: location.uuid });
    expect(b.dump()).toEqual(a.dump());
  });

  test('[S2-06] in a transaction it goes with that: captured once, or not at all', async () => {
    const [kept, lost] = [newTag(library.fork(), 'kept'), newTag(library.fork(), 'lost')];
    await library.transactional(async (em) => {
      await library.syncModelWithDb(kept, 'insert', em);
      kept.color = 'red';
      await library.syncModelWithDb(kept, 'update', em);
      expect(a.fields('tag', kept.uuid as RecordId)).toBeUndefined();
    });
    const broken = library.transactional(async (em) => {
      await library.syncModelWithDb(lost, 'insert', em);
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    expect((await a.drain()).map(({ header }) => header.recordId)).toEqual([kept.uuid]);
    expect(a.fields('tag', lost.uuid as RecordId)).toBeUndefined();
  });

  test('[CHG-5] what was rolled back is as it was before, so that it can be written again', async () => {
    const [kept, made] = [newTag(library.fork(), 'kept'), newTag(library.fork(), 'made')];
    await library.syncModel(kept, 'insert');
    await a.drain();
    const version = kept.version;
    const broken = library.transactional(async (em) => {
      await library.syncModelWithDb(made, 'insert', em);
      kept.color = 'red';
      await em.transactional(async (inner) => {
        await library.syncModelWithDb(kept, 'update', inner);
      });
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    expect([kept.version, made.id, made.version]).toEqual([version, undefined, '']);
    const deleted = library.transactional(async (em) => {
      await library.syncModelWithDb(kept, 'delete', em);
      throw new Error('changed my mind');
    });
    await expect(deleted).rejects.toThrow('changed my mind');
    await library.transactional(async (em) => {
      const undone = em.transactional(async (inner) => {
        await library.syncModelWithDb(made, 'insert', inner);
        throw new Error('inner');
      });
      await expect(undone).rejects.toThrow('inner');
      await library.syncModelsBatch([kept, made], 'insert', em);
    });
    expect((await a.drain()).map(({ header }) => header.change)).toEqual(['update', 'insert']);
    expect(a.fields('tag', kept.uuid as RecordId)).toMatchObject({ color: 'red' });
    expect(a.fields('tag', made.uuid as RecordId)).toMatchObject({ canonical_name: 'made' });
  });

  test('an entity manager of another library is refused', async () => {
    const other = await openSyncedLibrary(b.options);
    const foreign = library.syncModelWithDb(newTag(library.fork(), 'x'), 'insert', other.fork());
    await expect(foreign).rejects.toMatchObject({ code: 'invalid-argument' });
    await other.close();
  });
});

describe('syncModelsBatch', () => {
  test('[S2-13] an empty list does nothing', async () => {
    expect(await library.syncModelsBatch([], 'insert', library.fork())).toEqual({ captured: 0, skipped: [] });
    expect(outbox()).toBe(0);
  });

  test('[S2-03] [S2-20] a tree of entries in any order of calls is on the other device, each with its own stamp', async () => {
    const em = library.fork();
    const location = await aLocation(em);
    const make = (name: string, parent: object | null) =>
      em.create(EntryEntity, {
        uuid: newId(),
        name,
        kind: parent === null ? 'directory' : 'file',
        location,
        parent,
      } as never);
    const root = make('root', null);
    const children = Array.from({ length: 2_500 }, (_, at) => make(`file ${at}`, root));
    const synced = await library.syncModelsBatch([...children, root].reverse(), 'insert', em);
    expect(synced).toEqual({ captured: 2_501, skipped: [] });
    const entries = await a.drain();
    expect(new Set(entries.map(({ header }) => header.dot)).size).toBe(2_502);
    await b.apply(entries);
    expect(b.dump()).toEqual(a.dump());
    for (const child of children) child.name = `${child.name}!`;
    expect((await library.syncModelsBatch(children, 'update', em)).captured).toBe(2_500);
    await library.syncModelsBatch(children.slice(0, 1_000), 'delete', em);
    await ship(a, [b]);
    expect(b.dump()).toEqual(a.dump());
    expect(b.reader.counts().find(({ model }) => model === 'entry')?.records).toBe(1_501);
  });

  test('[S2-16] [S2-15] [S2-52] 10,000 records are shipped in 10 messages, each within what a group may hold', async () => {
    const em = library.fork();
    const location = await aLocation(em);
    await a.drain();
    const entries = Array.from({ length: 10_000 }, (_, at) =>
      em.create(EntryEntity, { uuid: newId(), name: `photo ${at}.jpg`, kind: 'file', location } as never),
    );
    await library.syncModelsBatch(entries, 'insert', em);
    const sizes: number[] = [];
    while (outbox() > 0) {
      const { rows, entries: shipped } = a.library.readOutbox(limits.batchEntriesMax);
      sizes.push(
        shipped.reduce((sum, { headerBytes, sealed }) => sum + headerBytes.length + sealed.length, 0),
      );
      await a.library.clearOutbox(rows);
    }
    // One location for all of them: hardly a key is looked up.
    const { hits, misses } = library.keyLookups();
    expect(hits / (hits + misses)).toBeGreaterThan(0.95);
    expect(sizes).toHaveLength(10);
    expect(Math.max(...sizes)).toBeLessThan(limits.groupBytesMax);
  });

  test.each([
    { named: undefined, configured: undefined, commits: 1 },
    { named: undefined, configured: 100, commits: 3 },
    { named: 50, configured: 100, commits: 6 },
  ])(
    '[S2-27] [S2-54] 300 records, $configured by setting and $named by parameter, go in $commits transactions',
    async ({ named, configured, commits }) => {
      let count = 0;
      const sized = await openSyncedLibrary({
        ...a.options,
        ...(configured === undefined ? {} : { batchSize: configured }),
        onChanges: () => {
          count += 1;
        },
      });
      const em = sized.fork();
      const tags = Array.from({ length: 300 }, (_, at) => newTag(em, `tag ${at}`));
      await sized.syncModelsBatch(tags, 'insert', em, named === undefined ? {} : { batchSize: named });
      await sized.close();
      expect([count, outbox()]).toEqual([commits, 300]);
      expect(limits.syncBatchRecords).toBe(1_000);
    },
  );

  test.each([0, -1, 1.5, Number.NaN, 10_001])(
    '[S2-54] a batch of %s is refused by name',
    async (batchSize) => {
      const tags = [newTag(library.fork(), 'x')];
      const refused = library.syncModelsBatch(tags, 'insert', library.fork(), { batchSize });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid-argument',
        subject: { field: 'batchSize' },
      });
      await expect(open({ batchSize })).rejects.toMatchObject({ code: 'invalid-argument' });
    },
  );
});

describe('what cannot be named', () => {
  test('[S2-56] [CHG-9] is skipped with a warning, stays here, and is synced once it can be; the rest goes at once', async () => {
    const em = library.fork();
    const location = await aLocation(em);
    await ship(a, [b]);
    const parent = await library.withoutSync(async (here) => {
      const made = here.create(EntryEntity, { name: 'later', kind: 'directory', location } as never);
      return made;
    });
    const child = em.create(EntryEntity, { name: 'child', kind: 'file', location, parent } as never);
    const beside = em.create(EntryEntity, { name: 'beside', kind: 'file', location } as never);
    // What refers to a skipped one is skipped with it; what refers to a row that nobody stored is not even kept.
    const grandchild = em.create(EntryEntity, {
      name: 'grandchild',
      kind: 'file',
      location,
      parent: child,
    } as never);
    const nowhere = em.create(
      EntryEntity,
      { uuid: newId(), name: 'nowhere', kind: 'file', location } as never,
      {
        persist: false,
      },
    );
    const lost = em.create(EntryEntity, { name: 'lost', kind: 'file', location, parent: nowhere } as never, {
      persist: false,
    });
    const all = [grandchild, lost, child, beside];
    em.getUnitOfWork().getPersistStack().delete(nowhere);
    const { captured, skipped } = await library.syncModelsBatch(all, 'insert', em);
    expect([captured, skipped.map(({ isKept }) => isKept)]).toEqual([1, [false, true, true]]);
    warned = warned.filter(({ isKept }) => isKept);
    expect(warned[0]).toMatchObject({
      isKept: true,
      reason: { code: 'missing-reference', subject: { field: 'parent' } },
    });
    expect(library.skipped()).toMatchObject([
      { model: 'entry', rowId: child.id, field: 'parent' },
      { model: 'entry', rowId: grandchild.id, field: 'parent' },
    ]);
    expect(outbox()).toBe(1);
    expect(await library.retrySkipped()).toBe(0);
    await library.transactional(async (inner) => {
      (await inner.findOneOrFail(EntryEntity, { id: parent.id })).uuid = newId();
    });
    await library.retrySkipped();
    expect(library.skipped()).toEqual([]);
    await ship(a, [b]);
    expect(b.dump()).toEqual(a.dump());
    expect(b.dump().filter((line) => /"(grand)?child"/.test(line))).toHaveLength(2);
  });
});

describe('force and not at all', () => {
  test('[S0-56] forceRecord captures a record whole, without a write', async () => {
    const tag = newTag(library.fork(), 'x');
    await library.syncModel(tag, 'insert');
    await a.drain();
    await library.forceRecord(tag);
    await library.forceRecord([tag]);
    expect((await a.drain()).map(({ header }) => header.change)).toEqual(['update', 'update']);
    await expect(library.forceRecord(newTag(library.fork(), 'y'))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('[S0-55] withoutSync captures nothing, whichever call writes', async () => {
    await library.withoutSync(async (em) => {
      await library.syncModelWithDb(newTag(em, 'here'), 'insert', em);
    });
    expect(outbox()).toBe(0);
    expect(await library.fork().count(TagEntity)).toBe(1);
  });
});

test('[S2-23] [S2-48] [S2-51] a raw write, a flush and a call give the same entry', async () => {
  const fields = { canonical_name: 'same', color: 'red' };
  const entity = { canonicalName: 'same', color: 'red' };
  const [raw, flushed, called] = [newId(), newId(), newId()];
  await a.replace('tag', raw, fields);
  await library.transactional(async (em) => {
    em.create(TagEntity, { uuid: flushed, ...entity }, { persist: true });
  });
  await library.syncModel(newTag(library.fork(), 'same', { uuid: called, color: 'red' }), 'insert');
  const shape = ({ header }: Awaited<ReturnType<TestDevice['drain']>>[number]) => {
    const { model, domain, change, schemaVersion, rank, scope, syncReady, origin } = header;
    return { model, domain, change, schemaVersion, rank, scope, syncReady, origin };
  };
  const shapes = (await a.drain()).map(shape);
  expect(shapes).toEqual([shapes[0], shapes[0], shapes[0]]);
  const values = [raw, flushed, called].map((id) => a.fields('tag', id));
  expect(values).toEqual([values[0], values[0], values[0]]);
});
