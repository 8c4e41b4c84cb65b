import { Command, InvalidArgumentError } from 'commander';
import { batchApi } from './batch-api.ts';
import { batches } from './batches.ts';
import { bulk } from './bulk.ts';
import { calls } from './calls.ts';
import { captureFlush } from './capture-flush.ts';
import { catchUp } from './catch-up.ts';
import { figureOf, goals, goalText, isReached } from './goals.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { indexing } from './indexing.ts';
import { describeMachine, keepRun } from './kept-run.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { reportJson, reportLines } from './report.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';
import { startup } from './startup.ts';
import { telemetry } from './telemetry.ts';
import { tenPeers } from './ten-peers.ts';
import { tree } from './tree.ts';

/** All scenarios, in the order of the report. */
const scenarios: readonly Scenario[] = [
  bulk,
  latency,
  captureFlush,
  indexing,
  batchApi,
  catchUp,
  startup,
  memory,
  growth,
  idle,
  tenPeers,
  batches,
  calls,
  telemetry,
  tree,
];

interface Options {
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly pairs: number;
  readonly save?: string;
}

const options = new Command('npm run bench --')
  .description('measures Shoal beside the floor: see bench/README.md')
  .option('--json', 'one JSON value on stdout')
  .option('--only <name...>', `of ${scenarios.map(({ name }) => name).join(', ')}`)
  .option('--pairs <number>', 'measurements per scenario, each beside its floor', parsePairs, 5)
  .option('--save <name>', 'also write the JSON to bench/results/NAME.json', parseName)
  .parse()
  .opts<Options>();

const wanted = scenarios.filter(({ name }) => options.only?.includes(name) ?? true);
if (wanted.length === 0) throw new Error(`no such scenario: ${options.only?.join(', ')}`);
const machine = describeMachine();
const results: ScenarioResult[] = [];
for (const scenario of wanted) {
  try {
    results.push(await scenario.run({ pairs: options.pairs, note }));
  } catch (error) {
    // What the others measured is not thrown away with it.
    note(`${scenario.name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
  }
}
process.stdout.write(`${options.json === true ? reportJson(results) : reportLines(results).join('\n')}\n`);
if (options.save !== undefined) keepRun(options.save, { ...machine, scenarios: results });
for (const goal of goals) {
  const figure = figureOf(results, goal);
  if (figure === undefined || isReached(goal, figure)) continue;
  note(`missed: ${goal.figure} is ${figure}, to be ${goalText(goal)}`);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

function parsePairs(text: string): number {
  const pairs = Number(text);
  if (Number.isInteger(pairs) && pairs >= 1 && pairs <= 100) return pairs;
  throw new InvalidArgumentError('expected a number from 1 to 100');
}

function parseName(text: string): string {
  if (/^[a-z0-9][a-z0-9.-]*$/.test(text)) return text;
  throw new InvalidArgumentError('expected lower-case letters, digits, dots and hyphens');
}
