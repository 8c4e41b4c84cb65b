import type { RecordId } from '@shoal/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { models } from './index.ts';
import { type Fields, recordMaker, ways } from './testing/generated-records.ts';
import { type ShippedEntry, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

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

/** Null for each field that can be, among those edited. */
function cleared(specs: readonly { name: string; nullable: boolean }[], edits: Fields): Fields {
  const nullable = specs.filter((field) => field.nullable && field.name in edits);
  return Object.fromEntries(nullable.map(({ name }) => [name, null]));
}
