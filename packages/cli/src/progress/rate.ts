/** How much was done at a time, on a clock that only goes on. */
export interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** What was done lately, as far as a rate needs it. */
export type Samples = readonly Sample[];

/** A rate is that of this time: long enough not to jump, short enough to follow what changes. */
const windowMs = 10_000;
/** Before that a rate says nothing. */
const leastMs = 500;
const samplesMax = 256;

/** The samples with one more; those before the window go, but for the last of them. Less done than before begins anew. */
export function addSample(samples: Samples, sample: Sample): Samples {
  const last = samples.at(-1);
  if (last !== undefined && sample.done < last.done) return [sample];
  const sinceMs = sample.atMs - windowMs;
  const from = samples.findLastIndex(({ atMs }) => atMs <= sinceMs);
  return [...samples.slice(Math.max(0, from)).slice(-samplesMax), sample];
}

/** How much is done per second; undefined where that is not known yet. */
export function perSecond(samples: Samples): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < leastMs) return undefined;
  return ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
}

/** How long the rest takes at this rate; undefined where nothing moves, or the rate is not known. */
export function leftMs(samples: Samples, total: number): number | undefined {
  const rate = perSecond(samples);
  const last = samples.at(-1);
  if (rate === undefined || rate <= 0 || last === undefined) return undefined;
  return (Math.max(0, total - last.done) * 1_000) / rate;
}
