import { type LibraryId, limits, type RecordRef, refKey, type Wanted } from '@shoal/core';
import type { Library } from '@shoal/library';
import { wantedFromWire } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import { openMissingTeller } from './ask-missing.ts';

const device = '018f0000-0000-7000-8000-00000000000b';
const wantedOf = (n: number) =>
  ({
    ref: { model: 'tag', id: `018f0000-0000-7000-9000-${n.toString(16).padStart(12, '0')}` },
    origin: device,
  }) as Wanted;

/** A library that lacks some records, and a log-store that finds `fruitless` of what it hears of. */
function world(missing: Wanted[]) {
  const told: Wanted[][] = [];
  const at = { nowMs: 100_000, fruitless: (count: number) => count };
  const teller = openMissingTeller({
    library: {
      options: { libraryId: '018f0000-0000-7000-8000-0000000000aa' as LibraryId } as Library['options'],
      missingRecords: (after: RecordRef | null, limit: number) =>
        missing.filter(({ ref }) => after === null || refKey(ref) > refKey(after)).slice(0, limit),
    },
    logStore: {
      ask: async ({ wanted }) => {
        told.push(wantedFromWire(wanted));
        return { fruitless: at.fruitless(wanted.length) };
      },
    },
    nowMs: () => at.nowMs,
  });
  return { teller, told, at };
}

describe('[DEP-4] ingest tells what is missing', () => {
  it('no more often than it should, and not at all while nothing is', async () => {
    const missing: Wanted[] = [];
    const { teller, told, at } = world(missing);
    await teller.step();
    expect(told).toEqual([]);
    missing.push(wantedOf(1));
    await teller.step();
    expect(told).toEqual([]);
    at.nowMs += limits.askTellMs;
    await teller.step();
    await teller.step();
    expect(told).toEqual([[wantedOf(1)]]);
  });

  it('until it is there, and then once that nothing is', async () => {
    const missing = [wantedOf(1)];
    const { teller, told, at } = world(missing);
    for (let turn = 0; turn < 5; turn += 1) {
      await teller.step();
      at.nowMs += limits.askTellMs;
      if (turn === 1) missing.pop();
    }
    expect(told).toEqual([[wantedOf(1)], [wantedOf(1)], []]);
  });

  it('in turns where there is more than one request carries, and each once all of it was asked for in vain', async () => {
    const missing = Array.from({ length: limits.asksMax + 2 }, (_, n) => wantedOf(n));
    const { teller, told, at } = world(missing);
    at.fruitless = (count) => count - 1;
    const step = async (passMs: number) => {
      at.nowMs += passMs;
      await teller.step();
      return [told.at(-1)!.length, told.at(-1)![0]];
    };
    expect(await step(0)).toEqual([limits.asksMax, wantedOf(0)]);
    expect(await step(limits.askTurnMs)).toEqual([limits.asksMax, wantedOf(0)]);
    at.fruitless = (count) => count;
    expect(await step(limits.askTellMs)).toEqual([limits.asksMax, wantedOf(0)]);
    expect(await step(limits.askTellMs)).toEqual([2, wantedOf(limits.asksMax)]);
    expect(await step(limits.askTellMs)).toEqual([2, wantedOf(limits.asksMax)]);
    expect(await step(limits.askTurnMs)).toEqual([2, wantedOf(limits.asksMax)]);
    expect(await step(limits.askTellMs)).toEqual([limits.asksMax, wantedOf(0)]);
    // What stood behind it has come meanwhile: it begins anew.
    expect(await step(limits.askTurnMs)).toEqual([limits.asksMax, wantedOf(0)]);
    missing.splice(limits.asksMax);
    expect(await step(limits.askTellMs)).toEqual([limits.asksMax, wantedOf(0)]);
  });
});
