import type { Figure, ScenarioResult } from './scenario.ts';

/** What a figure is to be, on a machine of two cores that does nothing else. */
export interface Goal {
  /** Scenario and figure: `bulk-10k.ratio`, `batches.ms.100`. */
  readonly figure: string;
  /** What it is, for people, with its unit. */
  readonly says: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** All goals, in the order of the table in README.md. */
export const goals: readonly Goal[] = [
  {
    figure: 'bulk-10k.ratio',
    says: '10,000 records, commit on A to visible on B, times the floor',
    atMost: 10,
  },
  { figure: 'latency-1.p50Ms', says: 'one record, commit on A to visible on B, median, ms', atMost: 5 },
  { figure: 'latency-1.p99Ms', says: 'the same, 99th percentile, ms', atMost: 25 },
  { figure: 'capture-flush.ratio', says: 'a flush with capture, times one without', atMost: 1.6 },
  { figure: 'indexing.ratio', says: 'indexing 10,000 files with sync, times without', atMost: 1.2 },
  {
    figure: 'indexing.stagesMs.applied',
    says: 'indexing 10,000 files until all are on B, ms',
    atMost: 5_000,
  },
  {
    figure: 'catch-up-100k.perSecond',
    says: 'a fresh device catches up, records per second',
    atLeast: 8_000,
  },
  { figure: 'startup.ms', says: 'a device is ready, ms', atMost: 4_000 },
  {
    figure: 'growth.captureRatio',
    says: 'capturing a new record where 200,000 are, times where 10,000 are',
    atMost: 1.8,
  },
  {
    figure: 'growth.applyRatio',
    says: 'applying one where 200,000 are, times where 10,000 are',
    atMost: 1.8,
  },
  {
    figure: 'tree-100k.captureRatio',
    says: 'a batch of a tree 30 deep at 100,000 entries, times at its beginning',
    atMost: 2,
  },
  { figure: 'tree-100k.applyRatio', says: 'the same where it is applied', atMost: 2 },
  {
    figure: 'tree-100k.moveRatio',
    says: 'a row that the move of a folder changes there, times one that a new entry brings',
    atMost: 1.5,
  },
  { figure: 'idle.percent', says: 'an idle device, per cent of a core', atMost: 1 },
  { figure: 'telemetry.ratio', says: 'telemetry on, a tenth followed, times off', atMost: 1.05 },
  {
    figure: 'ten-peers.p95Ms',
    says: 'commit on A to applied on ten others, 95th percentile, ms',
    atMost: 100,
  },
  { figure: 'batches.callP95Ms', says: 'a single call of the gateway, 95th percentile, ms', atMost: 100 },
  { figure: 'batches.ms.100', says: '100 records by the gateway until all are on B, ms', atMost: 200 },
  { figure: 'batches.ms.1000', says: '1,000 records by the gateway until all are on B, ms', atMost: 500 },
  { figure: 'batches.ms.10000', says: '10,000 records by the gateway until all are on B, ms', atMost: 5_000 },
  {
    figure: 'batches.timesFaster.1000',
    says: '1,000 in one call, times faster than each alone',
    atLeast: 30,
  },
  {
    figure: 'calls.ratio.10000',
    says: '10,000 records by one call of an application until all are on B, times the floor',
    atMost: 10,
  },
  { figure: 'calls.ratio.1000', says: '1,000 records so, times their floor', atMost: 15 },
  {
    figure: 'calls.singlesPerSecond',
    says: 'calls for one record each, one after the other, per second',
    atLeast: 1_500,
  },
];

/** The figure that a goal is about; undefined where the run has none such. */
export function figureOf(results: readonly ScenarioResult[], { figure }: Goal): number | undefined {
  const [name, ...path] = figure.split('.');
  let found: Figure | undefined = results.find((result) => result.name === name);
  for (const part of path) found = typeof found === 'object' ? found[part] : undefined;
  return typeof found === 'number' ? found : undefined;
}

/** Whether a figure is as it is to be. */
export function isReached({ atMost = Infinity, atLeast = -Infinity }: Goal, figure: number): boolean {
  return figure <= atMost && figure >= atLeast;
}

/** A goal in a few characters. */
export function goalText({ atMost, atLeast }: Goal): string {
  const number = (value: number) => value.toLocaleString('en-US');
  return atMost === undefined ? `≥ ${number(atLeast!)}` : `≤ ${number(atMost)}`;
}
