import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type FileStep, type MadeEntry, playFileHistory } from './testing/file-history.ts';
import { type TestDevice, testDevice } from './testing/library-on-disk.ts';
import { recompute } from './testing/recompute.ts';

const runs = Number(process.env.SHOAL_HISTORY_RUNS ?? 10);
const opened: TestDevice[] = [];

afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

const device = fc.nat({ max: 2 });
const choice = fc.nat({ max: 59 });

const writeStep: fc.Arbitrary<FileStep> = fc.record({
  kind: fc.constant('write' as const),
  device,
  what: fc.constantFrom(
    'tag',
    'content',
    'metadata',
    'application',
    'application',
    'folder',
    'folder',
    'folder',
    'file',
    'location',
    'note',
    'album',
    'item',
    'item',
  ),
  verb: fc.constantFrom('put', 'put', 'put', 'replace', 'replace', 'delete', 'force'),
  record: choice,
  choices: fc.array(choice, { minLength: 3, maxLength: 3 }),
  isStale: fc.boolean(),
});

const deliverStep: fc.Arbitrary<FileStep> = fc.record({
  kind: fc.constant('deliver' as const),
  to: device,
  picks: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 12 }),
});

const reopenStep: fc.Arbitrary<FileStep> = fc.record({ kind: fc.constant('reopen' as const), device });

const history = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: writeStep },
    { weight: 3, arbitrary: deliverStep },
    { weight: 1, arbitrary: reopenStep },
  ),
  { minLength: 20, maxLength: 80, size: 'max' },
);

/** Each device has described itself, and has a location with a tree of three folders and a file. */
const start: readonly FileStep[] = [
  ...[0, 1, 2].flatMap((index): FileStep[] => {
    const write = (what: 'location' | 'folder' | 'file', record: number, choices: number[]): FileStep => ({
      kind: 'write',
      device: index,
      what,
      verb: 'put',
      record,
      choices,
      isStale: false,
    });
    return [
      write('location', 0, [0, 0, 1]),
      write('folder', 0, [0, 0, 1]),
      write('folder', 1, [1, 0, 1]),
      write('folder', 2, [1, 1, 1]),
      write('file', 0, [1, 2, 1]),
    ];
  }),
];

async function openDevices(): Promise<TestDevice[]> {
  // Clocks run apart, so that the order of stamps is not the order of events.
  const clocks = [0, 1, 2].map((index) => {
    let ms = Date.now() - index * 60_000;
    return () => ms++;
  });
  const devices = await Promise.all(clocks.map((clock, index) => testDevice(index + 1, clock)));
  opened.push(...devices);
  return devices;
}

/** All entries, shuffled, some of them twice, cut into batches. */
function deliveryOf(made: readonly MadeEntry[], seed: number): MadeEntry[][] {
  let state = seed + 1;
  const random = (end: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % end;
  };
  const again = made.filter(() => random(4) === 0);
  const all = [...made, ...again].map((entry) => ({ entry, order: random(1_000_000) }));
  all.sort((a, b) => a.order - b.order);
  const batches: MadeEntry[][] = [];
  for (let from = 0; from < all.length; ) {
    const size = 1 + random(20);
    batches.push(all.slice(from, from + size).map(({ entry }) => entry));
    from += size;
  }
  return batches;
}

async function deliver(to: TestDevice, batches: readonly MadeEntry[][]): Promise<void> {
  for (const [index, batch] of batches.entries()) {
    const { quarantined } = await to.apply(batch.map(({ entry }) => entry));
    expect(quarantined).toEqual([]);
    if (index % 7 === 3) to.reopen();
  }
}

function statesOf({ library }: TestDevice): unknown[] {
  return library.store.db
    .prepare('select model, uuid, version, payload from shoal_records order by model, uuid')
    .all();
}

function parkedOf({ library }: TestDevice): string[] {
  const rows = library.store.db.prepare("select model || '/' || uuid from shoal_parked order by 1").pluck();
  return rows.all() as string[];
}

function expectClosureWhole({ library }: TestDevice): void {
  const { db } = library.store;
  const closure = () => db.prepare('select * from entry_closure order by 1, 2').all();
  const kept = closure();
  for (const upkeep of library.store.rows('entry' as never).upkeep) upkeep.rebuild();
  expect(kept).toEqual(closure());
}

describe('random histories of three devices over the built-in models', () => {
  test('[ING-1] [ING-2] any order, batches, repetition and reopening give the same dump, states and parked records', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat({ max: 1_000_000 }), async (steps, seed) => {
        const devices = await openDevices();
        const made = await playFileHistory(devices, [...start, ...steps]);
        const fresh = await testDevice(9);
        opened.push(fresh);
        await fresh.drain();
        const all = [...devices, fresh];
        const own = await ownRecord(fresh);
        for (const [index, to] of all.entries()) await deliver(to, deliveryOf([...made, own], seed + index));
        const oracle = recompute([...made, own]);
        for (const to of all) {
          expect(to.dump().sort()).toEqual(oracle.dump);
          expect(parkedOf(to)).toEqual(oracle.parked);
          expect(statesOf(to)).toEqual(statesOf(fresh));
          expectClosureWhole(to);
          expect(to.library.outboxCount()).toBe(0);
        }
        for (const reason of fresh.library.cursor.parked()) expect(reason.reason).not.toBe('missing');
        for (const opened of all) opened.close();
        opened.splice(0);
      }),
      // To make a failing history smaller takes longer than to read it.
      { numRuns: runs, endOnFailure: true },
    );
  }, 600_000);
});

/** What a device says of itself, as an entry. */
async function ownRecord(of: TestDevice): Promise<MadeEntry> {
  await of.put('device', of.id as never, { os: 'test' });
  const [entry] = await of.drain();
  const ref = { model: entry!.header.model, id: entry!.header.recordId };
  return { entry: entry!, ref, state: of.library.store.records.get(ref)!.state };
}
