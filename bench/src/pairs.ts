import type { BenchOptions } from './scenario.ts';
import { rounded, summarize } from './statistics.ts';

/** What was measured with and without, pair by pair, in ms. */
export interface Pairs {
  readonly ms: readonly number[];
  readonly floorMs: readonly number[];
}

/**
 * Measures both sides in turn, so that what else the machine does falls on both; each goes first every other time. One
 * pair is run before and not counted: the processes compile what they run.
 */
export async function runPairs(
  { pairs, note }: BenchOptions,
  name: string,
  sides: { readonly measure: () => Promise<number>; readonly floor: () => Promise<number> },
): Promise<Pairs> {
  const ms: number[] = [];
  const floorMs: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const isFloorFirst = pair % 2 === 0;
    let without = isFloorFirst ? await sides.floor() : 0;
    const withIt = await sides.measure();
    if (!isFloorFirst) without = await sides.floor();
    note(
      `${name} ${pair === 0 ? 'warm-up' : `${pair} of ${pairs}`}: ${rounded(withIt)} ms, floor ${rounded(without)} ms`,
    );
    if (pair === 0) continue;
    ms.push(withIt);
    floorMs.push(without);
  }
  return { ms, floorMs };
}

/** The figures of a scenario with a floor: medians, and the median and spread of the ratios of the pairs. */
export function pairFigures({ ms, floorMs }: Pairs) {
  const ratios = summarize(ms.map((value, index) => value / floorMs[index]!));
  return {
    ms: rounded(summarize(ms).median),
    floorMs: rounded(summarize(floorMs).median),
    ratio: rounded(ratios.median),
    ratioMin: rounded(ratios.min),
    ratioMax: rounded(ratios.max),
    pairs: ms.length,
  };
}
