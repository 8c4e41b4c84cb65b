import { ShoalError } from '@shoal/core';
import { askedWithinMs, checkAsked, firstUnasked } from './checks/asked.ts';
import { Broken, mustHold } from './checks/broken.ts';
import { checkConverged, isConverged, whyNotConverged } from './checks/converged.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { type Parts, productionParts } from './parts.ts';
import { performAction } from './perform-action.ts';
import { decideOpen } from './perform-decision.ts';
import type { Scenario } from './scenario.ts';
import { createRandom } from './time/random.ts';

/** What came of a history. */
export type Result =
  | { readonly kind: 'held'; readonly counts: Counts }
  | { readonly kind: 'broken'; readonly rule: string; readonly message: string; readonly atMs: number };

/** How much happened, to see that a history was worth running. */
export interface Counts {
  readonly steps: number;
  readonly writes: number;
  readonly refused: number;
  /** Decisions of conflicts. */
  readonly decided: number;
  readonly entries: number;
  /** Virtual time until all were equal, after the faults had ended. */
  readonly settleMs: number;
}

export interface RunOptions {
  readonly parts?: Parts;
  /** Hears every line of the history as it happens. */
  readonly onLine?: (line: HistoryLine) => void;
}

export interface HistoryLine {
  readonly atMs: number;
  /** Null: it is about the whole fleet. */
  readonly device: number | null;
  readonly text: string;
}

/** Equal within this after the faults have ended, whatever happened before: backoff, deadlines and groups included. */
const settleMsMax = 10 * 60_000;
const lookMs = 1_000;
/** Nearly every search has found by then who has the record. */
const askedMostlyMs = 240_000;
/** A history that runs longer than this spins. */
const stepsMax = 200_000;

/** Plays a scenario to its end, with a fresh device that joins after the others are equal. Same scenario, same result. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): Result {
  const fleet = openFleet(scenario, options.parts ?? productionParts, options.onLine);
  let steps = 0;

  function runUntil(atMs: number): void {
    while (fleet.scheduler.step(atMs)) {
      steps++;
      mustHold(steps < stepsMax, 'REP-4', () => `no end after ${stepsMax} steps`);
    }
  }

  function settle(what: string): number {
    const startMs = fleet.scheduler.nowMs;
    while (!isConverged(fleet.devices)) {
      const forMs = fleet.scheduler.nowMs - startMs;
      mustHold(
        forMs < settleMsMax,
        'REP-4',
        () => `${what}, not equal after ${forMs} ms\n${whyNotConverged(fleet.devices)}`,
      );
      runUntil(fleet.scheduler.nowMs + lookMs);
    }
    fleet.checkAll();
    checkConverged(fleet.devices, fleet.ledger);
    return fleet.scheduler.nowMs - startMs;
  }

  try {
    for (const action of scenario.actions) {
      runUntil(action.atMs);
      performAction(fleet, action);
      fleet.checkDirty();
    }
    runUntil(fleet.scheduler.nowMs + lookMs);
    fleet.endFaults();
    if (fleet.devices.some(({ pressure }) => pressure.isDiskFull)) {
      const isApart = scenario.isApart ?? false;
      const lastMs = fleet.scheduler.nowMs + askedWithinMs;
      // Nearly all were given it by then: the rest of the time would only cost.
      do runUntil(fleet.scheduler.nowMs + askedMostlyMs);
      while (fleet.scheduler.nowMs < lastMs && firstUnasked(fleet.devices, isApart) !== undefined);
      checkAsked(fleet.devices, isApart);
    }
    fleet.freeDisks();
    const settleMs = settle('after the faults ended');
    for (let round = 0; round < (scenario.decisionRounds ?? 0); round++) {
      decideOpen(fleet, createRandom(`${scenario.seed}/decisions ${round}`));
      settle('after what was open was decided');
    }
    fleet.addDevice();
    settle('with a fresh device');
    return { kind: 'held', counts: { ...countsOf(fleet), steps, settleMs } };
  } catch (error) {
    return brokenBy(error, fleet.scheduler.nowMs);
  }
}

function countsOf({ ledger, tally }: Fleet): Pick<Counts, 'writes' | 'refused' | 'decided' | 'entries'> {
  return { ...tally, entries: ledger.entries.size };
}

function brokenBy(error: unknown, atMs: number): Result {
  if (error instanceof Broken) return { kind: 'broken', rule: error.rule, message: error.message, atMs };
  const isBug = error instanceof ShoalError || error instanceof TypeError || error instanceof RangeError;
  if (!isBug) throw error;
  return { kind: 'broken', rule: 'bug', message: error.stack ?? error.message, atMs };
}
