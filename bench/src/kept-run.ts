import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { ScenarioResult } from './scenario.ts';

/** A run as it is kept: when, on what, beside how much else, and what came of it. */
export interface KeptRun {
  readonly at: string;
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  /** Processes that wanted a core when it began, over a minute. */
  readonly loadBefore: number;
  readonly scenarios: readonly ScenarioResult[];
}

const folder = new URL('../results/', import.meta.url);

/** The run whose figures stand in README.md; undefined until one is kept. */
export function referenceRun(): KeptRun | undefined {
  const file = new URL('reference.json', folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KeptRun) : undefined;
}

/** What is said of the machine, before anything is measured. */
export function describeMachine(): Omit<KeptRun, 'scenarios'> {
  const [load = 0] = loadavg();
  return {
    at: new Date().toISOString(),
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    loadBefore: Number(load.toFixed(2)),
  };
}

/** Writes a run to `bench/results/NAME.json`. */
export function keepRun(name: string, run: KeptRun): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(run, null, 2)}\n`);
}
