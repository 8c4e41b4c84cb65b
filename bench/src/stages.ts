import { rounded, summarize } from './statistics.ts';

/** How long after the start all records had come so far, in ms. */
export interface Stages {
  /** Committed in library.db on A. */
  readonly captured: number;
  /** In the log of A. */
  readonly stored: number;
  /** In the log of B. */
  readonly received: number;
  /** Visible on B. */
  readonly applied: number;
}

/** The median of each stage. */
export function stageFigures(measured: readonly Stages[]) {
  const median = (stage: keyof Stages) => rounded(summarize(measured.map((stages) => stages[stage])).median);
  return {
    captured: median('captured'),
    stored: median('stored'),
    received: median('received'),
    applied: median('applied'),
  };
}
