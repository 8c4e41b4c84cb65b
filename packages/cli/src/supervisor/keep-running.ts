import { asShoalError, type ErrorCode, isErrorCode, ShoalError } from '@shoal/core';
import { type RunningChild, startChild } from './child-process.ts';
import type { ChildEvent, ChildSpec } from './child-spec.ts';
import { lastErrorIn } from './last-error.ts';
import { pause } from './pause.ts';
import { restartDelayMs } from './restart-delay.ts';
import { supervisorLimits } from './supervisor-limits.ts';

/** A child under supervision. */
export interface SupervisedChild {
  readonly name: string;
  /** The process that runs now; undefined between two runs. */
  running(): RunningChild | undefined;
  /**
   * Resolves when the run of this moment, or the one that follows it, is ready. Throws `unavailable` naming the log
   * file after `readyMs`, or the code that the child itself gave when it failed to start several times in a row.
   */
  ready(): Promise<void>;
  /** Stops it and starts it again without a pause; resolves when it is ready. */
  restart(): Promise<void>;
  /** Stops it for good: SIGTERM, then SIGKILL after `stopMs`. */
  stop(): Promise<void>;
}

export interface KeepRunningOptions {
  readonly onEvent: (event: ChildEvent) => void;
  readonly random?: () => number;
  readonly readyMs?: number;
  readonly stopMs?: number;
}

/**
 * Starts a child, and starts it again whenever it ends or does not get ready in time, until it is stopped.
 *
 * ```
 *   starting ──▶ running ──ended──▶ pausing ──delay──▶ starting
 *                   │ restart asked ───────────────────▶ starting
 *                   └─ stop asked ──▶ stopping ──▶ stopped
 * ```
 *
 * What keeps it from starting is told when it begins and when it is over, not at each try.
 */
export function keepRunning(spec: ChildSpec, options: KeepRunningOptions): SupervisedChild {
  const { onEvent, random = Math.random } = options;
  const { readyMs = supervisorLimits.readyMs, stopMs = supervisorLimits.stopMs } = options;
  const { name } = spec;
  const stopping = new AbortController();
  let current: RunningChild | undefined;
  let readyPid: number | undefined;
  let isRestarting = false;
  let failures = 0;
  let startsFailed = 0;
  let told: string | undefined;

  const fail = (reason: string) => {
    if (reason !== told) onEvent({ kind: 'failed', name, reason });
    told = reason;
  };
  const isReady = async (child: RunningChild): Promise<boolean> => {
    if (!(await spec.isReady(child.pid))) return false;
    try {
      await spec.onReady?.(child);
      return true;
    } catch (error) {
      // Its disk may be full, or not to be written: asked again until the deadline.
      fail(asShoalError(error).message);
      return false;
    }
  };
  const awaitReadiness = async (child: RunningChild, isOver: AbortSignal) => {
    const deadlineMs = performance.now() + readyMs;
    while (!isOver.aborted) {
      if (await isReady(child)) {
        if (isOver.aborted) return;
        readyPid = child.pid;
        told = undefined;
        onEvent({ kind: 'ready', name, pid: child.pid });
        return;
      }
      if (performance.now() > deadlineMs) {
        fail('it did not get ready in time');
        return child.stop(stopMs);
      }
      await pause(supervisorLimits.readyPollMs, isOver);
    }
  };
  const runOnce = async () => {
    const child = await startChild(spec);
    const over = new AbortController();
    current = child;
    onEvent({ kind: 'started', name, pid: child.pid });
    if (stopping.signal.aborted) await child.stop(stopMs);
    const readiness = awaitReadiness(child, over.signal);
    const how = await child.ended;
    over.abort();
    current = undefined;
    if (readyPid === undefined) startsFailed += 1;
    const isTold = readyPid === undefined && startsFailed > 1;
    readyPid = undefined;
    onEvent({
      kind: 'ended',
      name,
      pid: child.pid,
      how,
      isUnexpected: !stopping.signal.aborted && !isRestarting,
      isTold,
    });
    await readiness;
    if (startsFailed >= supervisorLimits.failedStartsMax && !stopping.signal.aborted) {
      fail((await whyNoStart(spec)).reason);
    }
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      try {
        await runOnce();
      } catch (error) {
        startsFailed += 1;
        fail(asShoalError(error).message);
      }
      failures = performance.now() - startedMs > supervisorLimits.steadyMs ? 1 : failures + 1;
      if (isRestarting) failures = 0;
      else await pause(restartDelayMs(failures, random()), stopping.signal);
      isRestarting = false;
    }
  };
  const looping = loop();

  const ready = async () => {
    startsFailed = 0;
    const deadlineMs = performance.now() + readyMs;
    while (readyPid === undefined) {
      if (stopping.signal.aborted)
        throw new ShoalError('unavailable', `${name} was stopped before it was ready`);
      if (startsFailed >= supervisorLimits.failedStartsMax) {
        const { code, reason } = await whyNoStart(spec);
        throw new ShoalError(code, `${name} ${reason}`);
      }
      if (performance.now() > deadlineMs) throw notReady(spec);
      await pause(supervisorLimits.readyPollMs, stopping.signal);
    }
  };
  return {
    name,
    running: () => current,
    ready,
    restart: async () => {
      isRestarting = current !== undefined;
      await current?.stop(stopMs);
      while (isRestarting && !stopping.signal.aborted) {
        await pause(supervisorLimits.readyPollMs, stopping.signal);
      }
      await ready();
    },
    stop: async () => {
      stopping.abort();
      await current?.stop(stopMs);
      await looping;
    },
  };
}

function notReady({ name, logFile }: ChildSpec): ShoalError {
  return new ShoalError('unavailable', `${name} did not get ready in time; its log: ${logFile}`);
}

/** A child that cannot start says why as its last word; that reason is worth more than ours. */
async function whyNoStart({
  logFile,
  explain,
}: ChildSpec): Promise<{ readonly code: ErrorCode; readonly reason: string }> {
  const last = (await explain?.()) ?? (await lastErrorIn(logFile));
  const code: ErrorCode = last !== undefined && isErrorCode(last.code) ? last.code : 'unavailable';
  return {
    code,
    reason: `cannot start: ${last?.message ?? 'it ended again and again'}; its log: ${logFile}`,
  };
}
