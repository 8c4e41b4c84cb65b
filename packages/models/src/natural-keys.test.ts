import { type RecordId, referencesOf } from '@shoal/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { models } from './index.ts';
import {
  type Draft,
  type Fields,
  isNamedByFields,
  isShared,
  recordMaker,
  type Way,
  ways,
} from './testing/generated-records.ts';
import { ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/**
 * One natural key on devices that are cut off from each other, for every model whose records are named by what they
 * say: they meet on one record, and so does all that each of them hung on it.
 */
let devices: TestDevice[] = [];

beforeAll(async () => {
  devices = await Promise.all([1, 2, 3].map((number) => testDevice(number)));
  await exchange();
});

afterAll(() => {
  for (const device of devices) device.close();
});

const named = ways.filter((way) => isShared(way) && isNamedByFields(way.model));
const cases = named.flatMap((way) => [2, 3].map((count) => [way.name, count] as const));

test('every model with derived ids has a line here, but those that one device owns or that name nothing synced', () => {
  const missing = models.filter(({ spec }) => spec.ids === 'derived').map(({ spec }) => spec.name as string);
  expect(missing.filter((name) => !named.some(({ model }) => model.spec.name === name))).toEqual([
    'volume_holder',
    'volume',
  ]);
});

test.each(cases)(
  '[MRG-6] %s: made on %i cut-off devices it is one record, with all that hangs on each copy',
  async (name, count) => {
    const way = ways.find((candidate) => candidate.name === name)!;
    const writers = devices.slice(0, count);
    const maker = recordMaker(devices[0]!);
    const draft = await maker.draft(way);
    const hanging = await dependantsOf(way, draft.id);
    const edits: Fields[] = [];
    for (const device of writers) edits.push(await recordMaker(device).edits(way));
    await exchange();
    for (const [index, device] of writers.entries()) {
      await device.put(way.model.spec.name, draft.id, { ...draft.fields, ...edits[index] });
      for (const { way: dependant, draft: on } of hanging) {
        await device.put(dependant.model.spec.name, on.id, on.fields);
      }
    }
    await exchange();
    for (const device of devices) {
      expect(device.dump()).toEqual(devices[0]!.dump());
      expect(device.library.cursor.parked()).toEqual([]);
      expect(device.fields(way.model.spec.name, draft.id)).toBeDefined();
      for (const { way: dependant, draft: on } of hanging) {
        expect(device.fields(dependant.model.spec.name, on.id)).toMatchObject(on.fields);
      }
    }
  },
);

/** One record of each kind that is named by this one, not made yet. */
async function dependantsOf(way: Way, id: RecordId): Promise<{ way: Way; draft: Draft }[]> {
  const maker = recordMaker(devices[0]!);
  const found: { way: Way; draft: Draft }[] = [];
  for (const dependant of named) {
    const reference = referencesOf(dependant.model.spec).find(
      ({ name, target, missing, nullable }) =>
        target === way.model.spec.name &&
        missing === 'wait' &&
        (!nullable || dependant.chosen.includes(name)),
    );
    if (reference === undefined) continue;
    found.push({ way: dependant, draft: await maker.draft(dependant, { [reference.name]: id }) });
  }
  return found;
}

async function exchange(): Promise<void> {
  for (const from of devices) {
    await ship(
      from,
      devices.filter((to) => to !== from),
    );
  }
}
