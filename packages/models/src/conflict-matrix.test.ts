import { isDeepStrictEqual } from 'node:util';
import {
  isAlive,
  joinStates,
  type RecordId,
  type RecordRef,
  type RecordState,
  refKey,
  type Value,
  viewOf,
} from '@shoal/core';
import type { LocalWrite } from '@shoal/library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  editableFields,
  type Fields,
  isShared,
  recordMaker,
  type Way,
  ways,
} from './testing/generated-records.ts';
import { type ShippedEntry, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/**
 * What everybody may write, written on three devices that have not heard of each other: for every shared model, each of
 * its fields, and each order in which up to four changes can arrive. The fourth device only reads.
 */
let devices: TestDevice[] = [];

beforeAll(async () => {
  devices = await Promise.all([1, 2, 3, 4].map((number) => testDevice(number)));
  await exchange();
});

afterAll(() => {
  for (const device of devices) device.close();
});

/** Who does what; what one device does it does in that order. */
interface Step {
  readonly device: 0 | 1 | 2;
  readonly verb: 'edit' | 'delete' | 'bring back';
}

const edit = (device: Step['device']): Step => ({ device, verb: 'edit' });
const remove = (device: Step['device']): Step => ({ device, verb: 'delete' });
const bringBack = (device: Step['device']): Step => ({ device, verb: 'bring back' });

const histories: Readonly<Record<string, readonly Step[]>> = {
  'three edits': [edit(0), edit(1), edit(2)],
  'a delete and two edits': [remove(0), edit(1), edit(2)],
  'two deletes and two edits of one device': [remove(0), remove(1), edit(2), edit(2)],
  'a delete that is taken back, a delete and an edit': [remove(0), bringBack(0), remove(1), edit(2)],
  'two deletes, each taken back': [remove(0), bringBack(0), remove(1), bringBack(1)],
};

/** One record, in which `field` is fought over, and the order in which its changes arrive. */
interface Fight {
  readonly ref: RecordRef;
  readonly field: string;
  readonly made: Fields;
  readonly order: readonly number[];
  /** By step; none of one that changed nothing. */
  readonly entries: (ShippedEntry | undefined)[];
  readonly states: RecordState[];
}

const shared = ways.filter(isShared);
const cases = shared.flatMap((way) => Object.keys(histories).map((history) => [way.name, history] as const));

describe('the conflict matrix', () => {
  test.each(cases)(
    '[MRG-3] [MRG-4] %s: %s, in each field and each order, end equal everywhere',
    async (name, history) => {
      const way = ways.find((candidate) => candidate.name === name)!;
      const steps = histories[history]!;
      const values = await valuesOf(way);
      const fights = await openFights(way, steps.length);
      for (const [index, step] of steps.entries()) await take(step, fights, values[index % values.length]!);
      await deliver(steps, fights);
      const wrong = fights.flatMap((fight) => disagreements(way, fight));
      expect(wrong).toEqual([]);
      expect(devices.map((device) => device.library.cursor.parked())).toEqual(devices.map(() => []));
      expect(devices.map((device) => device.library.outboxCount())).toEqual(devices.map(() => 0));
    },
    60_000,
  );

  test('leaves four libraries of equal dumps', () => {
    for (const device of devices) expect(device.dump()).toEqual(devices[0]!.dump());
  });
});

/** Three other values for each field, of which everybody has what they refer to. */
async function valuesOf(way: Way): Promise<Fields[]> {
  const values: Fields[] = [];
  for (const device of devices.slice(0, 3)) values.push(await recordMaker(device).edits(way));
  await exchange();
  return values;
}

/** A record for each field and order, known to all. */
async function openFights(way: Way, changes: number): Promise<Fight[]> {
  const [first] = devices;
  const maker = recordMaker(first!);
  const orders = permutations(changes);
  const used = new Set<RecordId>();
  const fights: Fight[] = [];
  for (const { name } of editableFields(way)) {
    for (const order of orders) {
      const draft = await maker.draft(way);
      // Of what is named by its targets there is one for each; how it merges has nothing to do with its name.
      const id = used.has(draft.id) ? (crypto.randomUUID() as RecordId) : draft.id;
      used.add(id);
      fights.push({
        ref: { model: way.model.spec.name, id },
        field: name,
        made: draft.fields,
        order,
        entries: [],
        states: [],
      });
    }
  }
  await first!.library.write(
    fights.map(({ ref, made }) => ({ kind: 'replace', ref, fields: mapOf(made), seen: null })),
  );
  await exchange();
  return fights;
}

/** One step in every record, by a device that read the record before. */
async function take(step: Step, fights: readonly Fight[], values: Fields): Promise<void> {
  const device = devices[step.device]!;
  const { records } = device.library.store;
  const toWrite = ({ ref, field, made }: Fight): LocalWrite => {
    const seen = records.get(ref)!.state.version;
    if (step.verb === 'delete') return { kind: 'delete', ref, seen };
    const value = { [field]: values[field] ?? null };
    if (step.verb === 'edit') return { kind: 'put', ref, fields: mapOf(value), seen };
    return { kind: 'replace', ref, fields: mapOf({ ...made, ...value }), seen };
  };
  await device.library.write(fights.map(toWrite));
  const entries = new Map(
    (await device.drain()).map((entry) => [
      refKey({ model: entry.header.model, id: entry.header.recordId }),
      entry,
    ]),
  );
  for (const fight of fights) {
    fight.entries.push(entries.get(refKey(fight.ref)));
    fight.states.push(records.get(fight.ref)!.state);
  }
}

/** Each device takes what others did of a record in the order of that record. */
async function deliver(steps: readonly Step[], fights: readonly Fight[]): Promise<void> {
  for (const [number, device] of devices.entries()) {
    for (const round of steps.keys()) {
      const arriving = fights.flatMap(({ order, entries }) => {
        const index = order[round]!;
        const entry = entries[index];
        return steps[index]!.device === number || entry === undefined ? [] : [entry];
      });
      const { quarantined } = await device.apply(arriving);
      expect(quarantined).toEqual([]);
    }
  }
}

/** Where a device shows, or holds, other than what follows from all that was written. */
function disagreements(way: Way, fight: Fight): unknown[] {
  const { field, order, states } = fight;
  const { model, id } = fight.ref;
  const expected = { fields: expectedOf(way, fight), state: plain(states.reduce(joinStates)) };
  return devices.flatMap((device) => {
    const found = { fields: device.fields(model, id), state: plain(device.state(model, id)) };
    return isDeepStrictEqual(found, expected) ? [] : [{ device: device.id, field, order, found, expected }];
  });
}

function expectedOf({ model: { spec } }: Way, { states }: Fight): Record<string, Value> | undefined {
  const merged = states.reduce(joinStates);
  return isAlive(spec, merged) ? Object.fromEntries(viewOf(spec, merged)) : undefined;
}

/** Of a state that is read when it is looked at. */
function plain({ version, fields, deletes }: RecordState): RecordState {
  return { version, fields, deletes };
}

async function exchange(): Promise<void> {
  for (const from of devices) {
    await ship(
      from,
      devices.filter((to) => to !== from),
    );
  }
}

function mapOf(fields: Fields): ReadonlyMap<string, Value> {
  return new Map(Object.entries(fields));
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    Array.from({ length: count }, (_, at) => [...shorter.slice(0, at), count - 1, ...shorter.slice(at)]),
  );
}
