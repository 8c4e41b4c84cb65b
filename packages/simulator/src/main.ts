import { parseArgs } from 'node:util';
import { drawHistory } from './draw-history.ts';
import { type HistoryLine, runScenario } from './run-scenario.ts';
import { createScenario, type FaultKind, faultKinds, type Scenario } from './scenario.ts';
import { shrinkScenario } from './shrink-scenario.ts';
import { createWholeScenario } from './whole-scenario.ts';

/**
 * `npm run sim -- --seeds N [--seed S] [--devices N] [--faults a,b] [--whole] [--draw]`: runs seeds S, S+1, …, with
 * all that the built-in models allow if `--whole`; stops at the first that breaks a promise, shrinks it, draws it and prints it as JSON for `seeds/`. Exit code 1 then.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      devices: { type: 'string' },
      faults: { type: 'string' },
      whole: { type: 'boolean', default: false },
      draw: { type: 'boolean', default: false },
    },
  });
  const first = numberOf('seed', values.seed);
  const count = numberOf('seeds', values.seeds);
  const devices = values.devices === undefined ? undefined : numberOf('devices', values.devices);
  const faults = values.faults === undefined ? undefined : faultsOf(values.faults);
  const totals = { steps: 0, writes: 0, refused: 0, decided: 0, entries: 0, settleMs: 0 };
  const startMs = performance.now();
  for (let seed = first; seed < first + count; seed++) {
    const scenario = values.whole ? createWholeScenario({ seed }) : createScenario({ seed, devices, faults });
    const result = runScenario(scenario);
    if (result.kind === 'broken') {
      report(seed, scenario, result.rule);
      return;
    }
    for (const key of ['steps', 'writes', 'refused', 'decided', 'entries'] as const)
      totals[key] += result.counts[key];
    totals.settleMs = Math.max(totals.settleMs, result.counts.settleMs);
    if (values.draw) console.log(draw(scenario));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const { writes, refused, decided, entries, steps, settleMs } = totals;
  console.log(
    `${count} seeds from ${first} held in ${seconds.toFixed(1)} s: ${writes} writes (${refused} refused), ${decided} decisions, ` +
      `${entries} entries, ${steps} steps; slowest to settle ${settleMs} ms`,
  );
}

function report(seed: number, scenario: Scenario, rule: string): void {
  console.log(`seed ${seed} breaks ${rule}; shrinking`);
  const small = shrinkScenario(scenario, rule);
  console.log(draw(small));
  console.log(JSON.stringify(small));
  console.log(`seed ${seed} broke ${rule}; above, what is left of it after shrinking`);
  process.exitCode = 1;
}

function draw(scenario: Scenario): string {
  const lines: HistoryLine[] = [];
  const result = runScenario(scenario, { onLine: (line) => lines.push(line) });
  const end = result.kind === 'held' ? 'held' : `after ${result.atMs} ms: ${result.message}`;
  return `${drawHistory(lines, scenario.devices + (scenario.hubs ?? 0) + 1)}\n${end}`;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new RangeError(`--${name}: expected a whole number, found ${JSON.stringify(text)}`);
}

function faultsOf(text: string): FaultKind[] {
  return text.split(',').map((name) => {
    const kind = faultKinds.find((known) => known === name);
    if (kind === undefined)
      throw new RangeError(`--faults: expected of ${faultKinds.join(', ')}, found ${name}`);
    return kind;
  });
}

main();
