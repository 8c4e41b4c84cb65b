import type { EntityManager } from '@mikro-orm/core';
import type { RecordId, RecordRef } from '@shoal/core';
import { forceRecords, openTransactionManager } from '@shoal/library';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { models } from './index.ts';
import { type Fields, recordMaker, type Way, ways } from './testing/generated-records.ts';
import { newId, type ShippedEntry, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/**
 * Everything that can become of a record, for every model of the registry: its records and values are made from its
 * declaration, so a model that is added is here by itself.
 */
let a: TestDevice;
let b: TestDevice;

beforeAll(async () => {
  [a, b] = await twoDevices();
});

afterAll(() => {
  a.close();
  b.close();
});

/** How what one device did comes to the other. */
const routes: Record<string, (to: TestDevice, steps: readonly (readonly ShippedEntry[])[]) => Promise<void>> =
  {
    async 'step by step'(to, steps) {
      for (const entries of steps) await to.apply(entries);
    },
    async 'all at once'(to, steps) {
      await to.apply(steps.flat());
    },
    async 'one by one from the end'(to, steps) {
      for (const entry of steps.flat().reverse()) await to.apply([entry]);
    },
  };

const cases = ways.flatMap((way) =>
  Object.keys(routes).flatMap((route) => ['A', 'B'].map((writer) => [way.name, writer, route] as const)),
);

describe('the matrix', () => {
  test('has every model of the registry', () => {
    expect([...new Set(ways.map(({ model }) => model.spec.name))].sort()).toEqual(
      models.map(({ spec }) => spec.name).sort(),
    );
  });

  test.each(cases)(
    '[S0-64] %s: made, edited and deleted on %s, it is so on the other, %s',
    async (name, writer, route) => {
      const way = ways.find((candidate) => candidate.name === name)!;
      const [from, to] = writer === 'A' ? [a, b] : [b, a];
      const model = way.model.spec.name;
      const maker = recordMaker(from);
      const steps: (readonly ShippedEntry[])[] = [];
      const done = async (work: Promise<unknown>) => {
        await work;
        steps.push(await from.drain());
      };
      const { id, fields } = await maker.draft(way);
      steps.push(await from.drain());
      await done(from.replace(model, id, fields));
      const edits = await maker.edits(way);
      await done(from.put(model, id, edits));
      expect(from.fields(model, id)).toMatchObject(edits);
      const edited = from.dump();
      await done(from.put(model, id, cleared(way.model.spec.fields, edits)));
      await done(from.put(model, id, edits));
      expect(from.dump()).toEqual(edited);
      if (route === 'step by step') await expectSame(to, steps.splice(0), id);
      await done(from.remove(model, id));
      expect(from.fields(model, id)).toBeUndefined();
      if (route === 'step by step') await expectSame(to, steps.splice(0), id);
      await done(from.replace(model, id, fields));
      await expectSame(to, steps, id);
      expect(to.fields(model, id)).toBeDefined();

      async function expectSame(
        on: TestDevice,
        made: readonly (readonly ShippedEntry[])[],
        record: RecordId,
      ) {
        await routes[route]!(on, made);
        expect(on.fields(model, record)).toEqual(from.fields(model, record));
        expect(on.dump()).toEqual(from.dump());
        expect(on.library.cursor.parked()).toEqual([]);
        expect(on.library.outboxCount()).toBe(0);
      }
    },
  );
});

describe('recording by force', () => {
  test.each(ways)(
    '[S0-56] $name: goes once more, whole, though nothing changed, and replaces nothing',
    async (way) => {
      const { spec } = way.model;
      const maker = recordMaker(a);
      const id = await maker.make(way);
      await a.put(spec.name, id, await maker.edits(way));
      const first = await a.drain();
      const before = a.state(spec.name, id);
      await forceRecords(a.library, [{ model: spec.name, id }]);
      expect(a.state(spec.name, id).fields).toEqual(before.fields);
      const [forced, ...others] = await a.drain();
      expect(others).toEqual([]);
      expect(forced!.header).toMatchObject({ recordId: id, change: 'update' });
      // It is enough for a device that has heard of the record in no other way.
      await b.apply([...first.filter(({ header }) => header.recordId !== id), forced!]);
      expect(b.dump()).toEqual(a.dump());
      await b.apply(first);
      expect(b.dump()).toEqual(a.dump());
      expect(conflictsOf(b, id)).toBe(0);
    },
  );

  test('[S0-56] is refused for what is not here, and for what is another device’s', async () => {
    const { id } = await recordMaker(a).draft(ways.find(({ name }) => name === 'tag')!);
    const refOf = (model: string, record: string) => ({ model, id: record }) as unknown as RecordRef;
    await expect(forceRecords(a.library, [refOf('tag', id)])).rejects.toMatchObject({ code: 'not-found' });
    const foreign = forceRecords(b.library, [refOf('device', a.id)]);
    await expect(foreign).rejects.toMatchObject({ code: 'not-owner', subject: { device: a.id } });
    expect([a, b].map(({ library }) => library.outboxCount())).toEqual([0, 0]);
  });
});

function conflictsOf({ library }: TestDevice, record: RecordId): number {
  const { db } = library.store;
  return db
    .prepare<[string], number>('select count(*) from shoal_conflicts where uuid = ?')
    .pluck()
    .get(record) as number;
}

describe('the gate', () => {
  test.each(ways.filter(({ model }) => model.spec.ownership.kind !== 'self'))(
    '[CHG-9] [S0-59] [S0-55] $name: without a UUID, or in a transaction without sync, it stays here; given a UUID it is on the other',
    async (way) => {
      const { entity, spec } = way.model;
      const { id: named, fields } = await recordMaker(a).draft(way);
      // Of one target there is one record, and it may have been made above.
      const isKnown = a.library.store.records.get({ model: spec.name, id: named }) !== undefined;
      const id = isKnown ? newId() : named;
      await ship(a, [b]);
      const manager = await openTransactionManager(a.options);
      onTestFinished(() => manager.close());
      const make = (uuid: string | null) => async (em: EntityManager) => {
        const properties = { ...(await propertiesOf(em, way, fields)), uuid };
        const row = em.create(entity, properties as never, { persist: true });
        await em.flush();
        return (row as { id: number }).id;
      };
      const kept = await manager.transactional(make(null));
      const lost = await manager.withoutSync(make(newId()));
      expect(a.library.outboxCount()).toBe(0);
      expect(a.dump()).toEqual(b.dump());
      await manager.transactional(async (em) => {
        em.remove(await em.findOneOrFail(entity, { id: lost }));
        em.assign(await em.findOneOrFail(entity, { id: kept }), { uuid: id });
      });
      expect(a.library.outboxCount()).toBe(1);
      await ship(a, [b]);
      expect(b.fields(spec.name, id)).toMatchObject(fields);
      expect(b.dump()).toEqual(a.dump());
    },
  );
});

/** The fields of a record as an entity has them. */
async function propertiesOf(em: EntityManager, way: Way, fields: Fields): Promise<Record<string, unknown>> {
  const properties: Record<string, unknown> = {};
  for (const { field, property } of way.model.columns) {
    const value = fields[field.name];
    if (value === undefined) continue;
    if (field.kind === 'json' && typeof value === 'string') {
      properties[property] = JSON.parse(value);
      continue;
    }
    const target = field.kind === 'reference' && models.find(({ spec }) => spec.name === field.target)!;
    properties[property] = target ? await em.findOneOrFail(target.entity, { uuid: value as string }) : value;
  }
  return properties;
}

/** Null for each field that can be, among those edited. */
function cleared(specs: readonly { name: string; nullable: boolean }[], edits: Fields): Fields {
  const nullable = specs.filter((field) => field.nullable && field.name in edits);
  return Object.fromEntries(nullable.map(({ name }) => [name, null]));
}
