import { type RecordId, type RecordRef, refKey, renamed, ShoalError, type Value } from '@shoal/core';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type ShippedEntry, type TestDevice, testDevice } from './testing/library-on-disk.ts';
import { recompute } from './testing/recompute.ts';
import { uniqueMigrations, uniqueModels, uniqueRegistry } from './testing/unique-models.ts';

const runs = Number(process.env.SHOAL_HISTORY_RUNS ?? 10);
const opened: TestDevice[] = [];

afterEach(() => {
  for (const device of opened.splice(0)) device.close();
});

type Step =
  | { readonly kind: 'put' | 'delete'; readonly device: number; readonly writes: readonly Draw[] }
  | { readonly kind: 'deliver'; readonly device: number; readonly picks: readonly number[] };

/** Which record, and what for each of its fields. */
interface Draw {
  readonly isThing: boolean;
  readonly record: number;
  readonly choices: readonly number[];
}

const device = fc.nat({ max: 2 });
const draw = fc.record({
  isThing: fc.boolean(),
  record: fc.nat({ max: 3 }),
  choices: fc.array(fc.nat({ max: 29 }), { minLength: 4, maxLength: 4 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        device,
        writes: fc.array(draw, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('delete' as const),
        device,
        writes: fc.array(draw, { minLength: 1, maxLength: 1 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('deliver' as const),
        device,
        picks: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 12 }),
      }),
    },
  ),
  { minLength: 30, maxLength: 90, size: 'max' },
);

function refOf({ isThing, record }: Draw): RecordRef {
  const model = isThing ? 'thing' : 'shelf';
  return { model, id: `0000000${isThing ? 2 : 1}-0000-4000-8000-00000000000${record}` } as RecordRef;
}

/** Few values, so that they meet; one in some reads as a renamed one would. */
function fieldsOf({ isThing, choices }: Draw): Map<string, Value> {
  const [a, b, c, d] = choices as [number, number, number, number];
  const shelf = refOf({ isThing: false, record: a % 4, choices });
  if (isThing) {
    return new Map<string, Value>([
      ['label', `l${b}`],
      ['spot', c % 2],
      ['shelf', shelf.id],
    ]);
  }
  const all: [string, Value][] = [
    ['code', a % 4 === 0 ? null : `c${a % 3}`],
    ['place', b % 4 === 0 ? null : b % 3],
    ['room', c % 2 === 0 ? 'hall' : 'attic'],
    ['name', d % 7 === 0 ? renamed('n', shelf.id) : d % 5 === 0 ? null : 'n'],
  ];
  return new Map(all.filter((_, index) => (choices[index]! + d) % 3 !== 0));
}

/** What people on a device wish for; what another record has is refused, as it should be. */
async function write(on: TestDevice, step: Extract<Step, { kind: 'put' | 'delete' }>): Promise<void> {
  const writes = step.writes.map((each) =>
    step.kind === 'delete'
      ? { kind: 'delete' as const, ref: refOf(each), seen: null }
      : { kind: 'put' as const, ref: refOf(each), fields: fieldsOf(each), seen: null },
  );
  try {
    await on.library.write(writes);
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code === 'internal') throw error;
  }
}

describe('random histories of three devices over values that only one may have', () => {
  test('[MRG-7] SQLite is never shown two of one value, and every device shows what a recompute gives', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat({ max: 9 })), async (history, chance) => {
        const clocks = [0, 1, 2].map((index) => {
          let ms = Date.now() - index * 60_000;
          return () => ms++;
        });
        const open = (number: number, wallMs: () => number) =>
          testDevice(number, wallMs, { models: uniqueModels, migrations: uniqueMigrations });
        const devices = await Promise.all(clocks.map((clock, index) => open(index + 1, clock)));
        opened.push(...devices);
        const made: { entry: ShippedEntry; ref: RecordRef; state: ReturnType<TestDevice['state']> }[] = [];
        const collect = async (from: TestDevice) => {
          for (const entry of await from.drain()) {
            const ref = { model: entry.header.model, id: entry.header.recordId };
            // Entries of records that are kept whole carry what was merged when they were read.
            made.push({ entry, ref, state: from.state(ref.model, ref.id as RecordId) });
          }
        };
        for (const from of devices) await collect(from);
        for (const step of history) {
          const on = devices[step.device]!;
          if (step.kind !== 'deliver') {
            await write(on, step);
            await collect(on);
          } else {
            const picked = step.picks.map((pick) => made[pick % made.length]!.entry);
            expect((await on.apply(picked)).quarantined).toEqual([]);
          }
        }
        const fresh = await open(9, Date.now);
        opened.push(fresh);
        await collect(fresh);
        const all = [...devices, fresh];
        for (const to of all) {
          const order = made.map(({ entry }) => ({ entry, at: chance.next().value! }));
          order.sort((one, other) => one.at - other.at);
          for (let from = 0; from < order.length; from += 7)
            await to.apply(order.slice(from, from + 7).map(({ entry }) => entry));
        }
        const oracle = recompute(made, uniqueRegistry);
        for (const to of all) {
          expect(to.dump().sort()).toEqual(oracle.dump);
          const rows = to.library.store.db
            .prepare("select model || '/' || uuid from shoal_parked order by 1")
            .pluck();
          expect(rows.all()).toEqual(oracle.parked);
          expect([...new Set(made.map(({ ref }) => refKey(ref)))].length).toBeGreaterThan(3);
        }
        for (const device of opened.splice(0)) device.close();
      }),
      { numRuns: runs, endOnFailure: true },
    );
  }, 600_000);
});
