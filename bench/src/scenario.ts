/** What all scenarios are told. */
export interface BenchOptions {
  /** How often each scenario is measured beside its floor; five or more for figures that are to be believed. */
  readonly pairs: number;
  /** Says on stderr where the run is. */
  readonly note: (line: string) => void;
}

/** The figures of one scenario, as `--json` prints them. */
export interface ScenarioResult {
  readonly name: string;
  readonly [figure: string]: Figure;
}

/** A number with its unit in its name; several where they belong together. */
export type Figure = number | string | { readonly [name: string]: Figure };

/** One idea of what to measure. */
export interface Scenario {
  readonly name: string;
  run(options: BenchOptions): Promise<ScenarioResult>;
}
