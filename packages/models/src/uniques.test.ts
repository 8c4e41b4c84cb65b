import { defineEntity, p } from '@mikro-orm/core';
import { createRegistry, type RecordId, renamed, type UniqueSpec } from '@shoal/core';
import { openTransactionManager, syncModel, type UniqueDeclaration } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { syncColumns } from './sync-columns.ts';
import {
  newId,
  type ShippedEntry,
  secret,
  ship,
  type TestDevice,
  testDevice,
} from './testing/library-on-disk.ts';
import { badgeId, ShelfEntity, uniqueMigrations, uniqueModels } from './testing/unique-models.ts';

let [a, b, c]: TestDevice[] = [];
let devices: TestDevice[] = [];
let nowMs = Date.now();

/** Each reading of the clock is later than the one before, on whatever device: who is elder is who was made first. */
async function open(number: number): Promise<TestDevice> {
  const device = await testDevice(number, () => ++nowMs, {
    models: uniqueModels,
    migrations: uniqueMigrations,
  });
  devices.push(device);
  return device;
}

beforeEach(async () => {
  devices = [];
  [a, b, c] = [await open(1), await open(2), await open(3)];
  await exchange();
});

afterEach(() => {
  for (const device of devices) device.close();
});

/** Carries everything that waits to everybody else. */
async function exchange(): Promise<void> {
  for (const from of devices)
    await ship(
      from,
      devices.filter((to) => to !== from),
    );
}

function expectSame(): void {
  for (const device of devices) expect(device.dump()).toEqual(devices[0]!.dump());
}

async function makeShelf(on: TestDevice, fields: Record<string, string | number | null>): Promise<RecordId> {
  const id = newId();
  await on.put('shelf', id, fields);
  return id;
}

function parked({ library }: TestDevice): string[] {
  return library.store.db
    .prepare("select model || ' ' || reason from shoal_parked order by 1")
    .pluck()
    .all() as string[];
}

const refusal = (field: string, id: RecordId) =>
  expect.objectContaining({
    code: 'unique-taken',
    message: expect.stringContaining(`"${field}"`),
    subject: { model: expect.any(String), record: id, field },
  });

describe('one value on devices that had not heard of each other', () => {
  test('[MRG-7] the eldest record keeps it on every device, with what hangs on it; the others are held', async () => {
    const shelves = [];
    for (const device of [a!, b!, c!]) {
      const id = await makeShelf(device, { code: 'x', name: null });
      await device.put('thing', newId(), { shelf: id, label: `on ${device.id}` });
      shelves.push(id);
    }
    await exchange();
    for (const device of devices) {
      expect(shelves.map((id) => device.fields('shelf', id)?.code)).toEqual(['x', undefined, undefined]);
      expect(parked(device)).toEqual(['shelf held', 'shelf held', 'thing waiting', 'thing waiting']);
    }
    expectSame();

    // The eldest goes, and its thing with it; then the next one takes another code.
    await c!.remove('shelf', shelves[0]!);
    await exchange();
    expect(a!.fields('shelf', shelves[1]!)?.code).toBe('x');
    await a!.put('shelf', shelves[1]!, { code: 'y' });
    await exchange();
    for (const device of devices) {
      expect(shelves.map((id) => device.fields('shelf', id)?.code)).toEqual([undefined, 'y', 'x']);
      expect(parked(device)).toEqual([]);
      expect([...device.dump()].filter((line) => line.includes('"label"'))).toHaveLength(2);
    }
    expectSame();
  });

  test('[MRG-7] local keys and local columns of a row that is held come back with it', async () => {
    const elder = await makeShelf(a!, { code: 'x' });
    const younger = await makeShelf(b!, { code: 'x' });
    const { db } = b!.library.store;
    const row = () => db.prepare('select id, remark from shelves where uuid = ?').get(younger);
    db.prepare("update shelves set remark = 'mine' where uuid = ?").run(younger);
    const before = row();
    await exchange();
    expect(row()).toBeUndefined();
    await a!.remove('shelf', elder);
    await exchange();
    expect(row()).toEqual(before);
  });

  test('[MRG-7] texts are renamed in the view, and what travels is what was written', async () => {
    const first = await makeShelf(a!, { name: 'books' });
    const second = await makeShelf(b!, { name: 'books' });
    const literal = await makeShelf(c!, { name: renamed('books', second) });
    await exchange();
    for (const device of devices) {
      expect(device.fields('shelf', first)!.name).toBe('books');
      expect(device.fields('shelf', second)!.name).toBe(renamed('books', second));
      expect(device.fields('shelf', literal)!.name).toBe(renamed(renamed('books', second), literal));
      expect(device.state('shelf', second).fields.get('name')![0]!.value).toBe('books');
    }
    expectSame();

    // Given back as it is shown it is no change.
    const shown = String(b!.fields('shelf', second)!.name);
    await b!.put('shelf', second, { name: shown, code: 'c' });
    expect(b!.state('shelf', second).fields.get('name')![0]!.value).toBe('books');
    await a!.remove('shelf', first);
    await exchange();
    for (const device of devices)
      expect(device.fields('shelf', second)).toMatchObject({ name: 'books', code: 'c' });
    expectSame();
  });

  test('[MRG-7] [MRG-6] with derived ids they are one record; a number that was overwritten is held, not fatal', async () => {
    const [one, two] = [badgeId(secret, '1'), badgeId(secret, '2')];
    await a!.put('badge', one, { number: '1' });
    await b!.put('badge', one, { number: '1', colour: 'red' });
    await exchange();
    for (const device of devices) expect(device.fields('badge', one)).toEqual({ number: '1', colour: 'red' });
    // No name follows from its record any more: one writes over the number by which another is found.
    await a!.put('badge', one, { number: '2' });
    await b!.put('badge', two, { number: '2' });
    await exchange();
    for (const device of devices) {
      expect(device.fields('badge', one)).toBeDefined();
      expect(parked(device)).toEqual(['badge held']);
    }
    expectSame();
  });

  test('[MRG-7] any order and any batches give the same rows', async () => {
    const entries: ShippedEntry[] = [];
    const shelves: RecordId[] = [];
    for (const device of [c!, a!, b!]) {
      const id = await makeShelf(device, { code: 'x', name: 'n', place: 7 });
      await device.put('thing', newId(), { shelf: id, label: 'l' });
      shelves.push(id);
    }
    for (const device of devices) entries.push(...(await device.drain()));
    await a!.put('shelf', shelves[1]!, { code: 'y' });
    entries.push(...(await a!.drain()));
    const [one, two] = [await open(4), await open(5)];
    const own = [...(await one.drain()), ...(await two.drain())];
    await one.apply([...entries].reverse());
    for (const entry of entries) await two.apply([entry]);
    for (const device of devices) await device.apply([...entries, ...own]);
    // What the devices are called went to some of them in the beginning.
    const shelvesOf = (device: TestDevice) => device.dump().filter((line) => /"shelf"|"thing"/.test(line));
    for (const device of devices) expect(shelvesOf(device)).toEqual(shelvesOf(one));
    expect(shelvesOf(one)).toHaveLength(2);
  });
});

describe('rows that swap their values', () => {
  test('[MRG-7] do so in one plan: SQLite is never shown two of one value', async () => {
    const shelves = [];
    for (const [index, name] of ['p', 'q', 'r'].entries())
      shelves.push(await makeShelf(a!, { code: name, name, place: index }));
    await exchange();
    // Round the circle in one transaction, by which nothing collides when it is done.
    const put = (id: RecordId, name: string, place: number) => ({
      kind: 'put' as const,
      ref: { model: 'shelf' as never, id },
      fields: new Map<string, string | number>([
        ['code', name],
        ['name', name],
        ['place', place],
      ]),
      seen: null,
    });
    await a!.library.write([put(shelves[0]!, 'q', 1), put(shelves[1]!, 'r', 2), put(shelves[2]!, 'p', 0)]);
    await exchange();
    for (const device of devices) {
      expect(shelves.map((id) => device.fields('shelf', id)!.code)).toEqual(['q', 'r', 'p']);
      expect(parked(device)).toEqual([]);
    }
    expectSame();
  });

  test('[MRG-7] also where one goes and another takes its place, or its reference is the value', async () => {
    const shelf = await makeShelf(a!, { code: 'x' });
    const [one, two] = [newId(), newId()];
    await a!.put('thing', one, { shelf, label: 'one', spot: 1 });
    await a!.put('thing', two, { shelf, label: 'two', spot: 2 });
    await exchange();
    await a!.library.write([
      { kind: 'delete', ref: { model: 'thing' as never, id: one }, seen: null },
      { kind: 'put', ref: { model: 'thing' as never, id: two }, fields: new Map([['spot', 1]]), seen: null },
    ]);
    await exchange();
    for (const device of devices) expect(device.fields('thing', two)!.spot).toBe(1);
    expectSame();
  });
});

describe('a local write of a value that another record has', () => {
  test('[MRG-7] is refused, naming the field and the record, and changes nothing', async () => {
    const first = await makeShelf(a!, { code: 'x', name: 'n' });
    const id = newId();
    await expect(a!.put('shelf', id, { code: 'x' })).rejects.toEqual(refusal('code', id));
    await expect(a!.put('shelf', id, { name: 'n' })).rejects.toThrow(first);
    expect(a!.fields('shelf', id)).toBeUndefined();
    expect(a!.library.outboxCount()).toBe(1);
    await a!.put('shelf', id, { name: 'n', room: 'cellar' });
    await expect(a!.put('shelf', id, { room: 'hall' })).rejects.toEqual(refusal('name', id));
    // The elder may not take what a younger one has either.
    await expect(a!.put('shelf', first, { room: 'cellar' })).rejects.toEqual(refusal('name', first));
  });

  test('[MRG-7] is refused also within one batch, and against what is not shown', async () => {
    const ids = [newId(), newId()];
    const both = ids.map((id) => ({
      kind: 'put' as const,
      ref: { model: 'shelf' as never, id },
      fields: new Map([['code', 'x']]),
      seen: null,
    }));
    await expect(a!.library.write(both)).rejects.toThrow(expect.objectContaining({ code: 'unique-taken' }));
    expect(a!.dump().some((line) => line.includes('"shelf"'))).toBe(false);

    const [elder, held] = [await makeShelf(a!, { code: 'y' }), await makeShelf(b!, { code: 'y', place: 5 })];
    await exchange();
    expect(a!.fields('shelf', held)).toBeUndefined();
    await expect(a!.put('shelf', elder, { place: 5 })).rejects.toEqual(refusal('place', elder));
  });

  test('[MRG-7] is refused when a deleted record is brought back to it', async () => {
    const first = await makeShelf(a!, { code: 'x' });
    await a!.remove('shelf', first);
    await makeShelf(a!, { code: 'x' });
    await expect(a!.replace('shelf', first, { code: 'x' })).rejects.toEqual(refusal('code', first));
    await a!.replace('shelf', first, { code: 'y' });
    expect(a!.fields('shelf', first)!.code).toBe('y');
  });
});

describe('units of work', () => {
  test('[MRG-7] write what they may; a name that only the view has is put back into the row', async () => {
    // The elder has the name, and is itself held by its code: only the younger one is shown, renamed.
    const holder = await makeShelf(c!, { code: 'z' });
    const elder = await makeShelf(a!, { name: 'books', code: 'z' });
    const second = await makeShelf(b!, { name: 'books', code: 'k' });
    await exchange();
    expect(b!.fields('shelf', elder)).toBeUndefined();
    expect(b!.fields('shelf', holder)).toBeDefined();
    const shown = renamed('books', second);
    const manager = await openTransactionManager(b!.options);
    try {
      const em = manager.fork();
      const row = await em.findOneOrFail(ShelfEntity, { uuid: second });
      expect(row.name).toBe(shown);
      row.name = 'books';
      await em.flush();
      expect(b!.fields('shelf', second)!.name).toBe(shown);
      const twin = manager.fork();
      twin.create(ShelfEntity, { uuid: newId(), code: 'new', name: 'books' });
      await expect(twin.flush()).rejects.toThrow(expect.objectContaining({ code: 'unique-taken' }));
      const visible = manager.fork();
      visible.create(ShelfEntity, { uuid: newId(), code: 'k' });
      await expect(visible.flush()).rejects.toThrow('"code" of shelf: another shelf has this value');
      await expect(
        manager.transactional(async (within) => {
          within.create(ShelfEntity, { uuid: newId(), code: 'z' });
        }),
      ).rejects.toThrow(
        expect.objectContaining({ code: 'unique-taken', subject: { model: 'shelf', field: 'code' } }),
      );
      const nameless = manager.fork();
      nameless.create(ShelfEntity, { code: 'other' });
      await expect(nameless.flush()).rejects.toThrow('needs a UUID from the start');
    } finally {
      await manager.close();
    }
    expect(b!.dump().filter((line) => line.includes('"shelf"'))).toHaveLength(2);
  });
});

describe('declarations', () => {
  const declare = (uniques: readonly UniqueDeclaration<'code' | 'size' | 'hint'>[], more: object = {}) => {
    const entity = defineEntity({
      name: 'Box',
      tableName: 'boxes',
      properties: {
        ...syncColumns,
        code: p.string().unique(),
        size: p.integer(),
        hint: p.string().nullable(),
      },
      ...more,
    });
    const declared = syncModel(entity, {
      name: 'box',
      domain: 'index',
      ownership: { kind: 'shared' },
      strategy: 'state',
      granularity: 'field',
      local: ['hint'],
      uniques,
    });
    createRegistry([declared.spec]);
  };
  const hold = (...properties: string[]): UniqueDeclaration<never> => ({
    properties: properties as never[],
    policy: 'hold',
  });

  test('[MRG-7] of an entity with a unique constraint are refused without a policy, naming it', () => {
    expect(() => declare([hold('code')])).not.toThrow();
    expect(() => declare([])).toThrow('"box" has no policy for the unique constraint on "code"');
    const pair = { uniques: [{ properties: ['size', 'code'] }] };
    expect(() => declare([hold('code')], pair)).toThrow('on "size, code"');
    expect(() => declare([hold('code'), hold('code', 'size')], pair)).not.toThrow();
    expect(() => declare([hold('code'), hold('hint')])).toThrow('"hint", which is no synced property');
  });

  test('[MRG-7] [DEP-5] that a newer program brings are kept for what is there already, some at a time', async () => {
    const withTag = (uniques: readonly UniqueSpec[]) =>
      uniqueModels.map((model) =>
        model.spec.name !== 'tag'
          ? model
          : {
              ...model,
              columns: model.columns,
              localColumns: model.localColumns,
              spec: { ...model.spec, uniques },
            },
      );
    const tags = [newId(), newId(), newId(), newId()];
    for (const id of tags) await a!.put('tag', id, { canonical_name: 'same' });
    const names = () => tags.map((id) => a!.fields('tag', id)?.canonical_name);
    const upgrade = async (uniques: readonly UniqueSpec[]) => {
      a!.reopen({ models: withTag(uniques) });
      while (!(await a!.library.replanKnown(2)).isDone);
    };
    await upgrade([]);
    await upgrade([{ fields: ['canonical_name'], policy: 'rename' }]);
    expect(names()).toEqual(['same', ...tags.slice(1).map((id) => renamed('same', id))]);
    await upgrade([{ fields: ['canonical_name'], policy: 'hold' }]);
    expect(names()).toEqual(['same', undefined, undefined, undefined]);
    await upgrade([]);
    expect(names()).toEqual(tags.map(() => 'same'));
  });

  test('[MRG-7] do not open a library whose tables are unique in another way', async () => {
    const opening = (sql: string) =>
      testDevice(9, Date.now, {
        models: uniqueModels,
        migrations: [...uniqueMigrations, { name: 'more', sql }],
      }).then((device) => device.close());
    await expect(opening('create unique index more on things (label)')).rejects.toThrow(
      'things on "label" has no policy',
    );
    await expect(opening('create unique index more on shelves (code collate nocase)')).rejects.toThrow(
      'otherwise',
    );
    await expect(opening('create unique index more on shelves (remark)')).rejects.toThrow('no policy');
    await expect(opening('create unique index more on shelves (code, remark)')).resolves.toBeUndefined();
  });
});
