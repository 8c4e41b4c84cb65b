import fc from 'fast-check';
import { domain, domainSpecs } from './domain.ts';
import { type HistoryEntry, playHistory, type Step, settledStart } from './history.ts';

const small = fc.nat({ max: 23 });
const device = fc.nat({ max: 2 });
const everyModel = domainSpecs.map(({ name }) => name as string);

const stepOf = (model: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        device,
        model,
        record: small,
        choices: fc.array(small, { minLength: 4, maxLength: 4 }),
        isStale: fc.boolean(),
        schemaVersion: fc.oneof(
          { weight: 60, arbitrary: fc.constant(1) },
          { weight: 1, arbitrary: fc.constant(2) },
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('delete' as const),
        device,
        model,
        record: small,
        isStale: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('sync' as const),
        from: device,
        to: device,
        count: fc.integer({ min: 1, max: 12 }),
      }),
    },
  );

/** A history of writes to the models, with two deliveries of it: any order, any batches, entries twice. */
export function delivered(
  isHonest: boolean,
  models: readonly string[] = everyModel,
): fc.Arbitrary<[HistoryEntry[], HistoryEntry[][], HistoryEntry[][]]> {
  const model = fc.constantFrom(...models.map((name) => everyModel.indexOf(name)));
  return fc
    .array(stepOf(model), { maxLength: 40, size: 'max' })
    .map((steps) => playHistory(domain, [...settledStart, ...steps], { isHonest }))
    .chain((entries) => fc.tuple(fc.constant(entries), deliveryOf(entries), deliveryOf(entries)));
}

function deliveryOf(entries: readonly HistoryEntry[]): fc.Arbitrary<HistoryEntry[][]> {
  const all = entries.map((_, index) => index);
  return fc
    .record({
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      again: fc.subarray(all),
      cuts: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 8 }),
    })
    .map(({ order, again, cuts }) =>
      inBatches(
        [...order, ...again].map((index) => entries[index]!),
        cuts,
      ),
    );
}

function inBatches(entries: readonly HistoryEntry[], sizes: readonly number[]): HistoryEntry[][] {
  const batches: HistoryEntry[][] = [];
  for (let from = 0, turn = 0; from < entries.length; turn++) {
    const size = sizes[turn % sizes.length]! + 1;
    batches.push(entries.slice(from, from + size));
    from += size;
  }
  return batches;
}
