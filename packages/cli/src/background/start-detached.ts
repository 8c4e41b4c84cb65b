import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isErrorCode, ShoalError } from '@shoal/core';
import { type Home, homeHolder, requirePlace } from '@shoal/service-kit';
import { lastErrorIn } from '../supervisor/last-error.ts';
import { supervisorLimits } from '../supervisor/supervisor-limits.ts';
import { supervisorLogFile } from './log-files.ts';
import { readSupervisorRun } from './supervisor-run.ts';

export interface StartDetachedOptions {
  readonly home: Home;
  /** Of `shoal up`, beside the home. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly readyMs?: number;
}

/** The supervisor in the background. */
export interface Detached {
  readonly pid: number;
  /** It ran before it was asked for. */
  readonly wasRunning: boolean;
}

const main = fileURLToPath(import.meta.resolve('@shoal/cli'));

/**
 * Starts `shoal up` on a home in the background, in a session of its own, and waits until the device is ready. One that
 * runs already, or comes up, is waited for instead. Throws why it cannot start, with the code that it ended with;
 * `unavailable` naming its log if it is not ready in time: then it goes on trying.
 */
export async function startDetached(options: StartDetachedOptions): Promise<Detached> {
  const { home, readyMs = supervisorLimits.detachedReadyMs } = options;
  await requirePlace(home);
  const deadlineMs = performance.now() + readyMs;
  if ((await homeHolder(home.paths)) !== undefined) return waitForOther(home, deadlineMs);
  const child = spawnDetached(options);
  for (;;) {
    const run = await readSupervisorRun(home.paths);
    if (run !== undefined) return { pid: run.pid, wasRunning: run.pid !== child.pid };
    const failure = await child.failure();
    // Somebody else was faster: both asked for the same.
    if (failure?.code === 'home-in-use') return waitForOther(home, deadlineMs);
    if (failure !== undefined) throw failure;
    if (performance.now() > deadlineMs) throw notReady(home, readyMs);
    await delay(supervisorLimits.readyPollMs);
  }
}

/** Whoever holds the home said it is ready, or gave it free again. */
async function waitForOther(home: Home, deadlineMs: number): Promise<Detached> {
  for (;;) {
    const run = await readSupervisorRun(home.paths);
    if (run !== undefined) return { pid: run.pid, wasRunning: true };
    const holder = await homeHolder(home.paths);
    if (holder === undefined || performance.now() > deadlineMs) {
      const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
      throw new ShoalError(
        'home-in-use',
        `${who} has ${home.paths.dir} and runs no device there; try again`,
        {
          field: 'home',
        },
      );
    }
    await delay(supervisorLimits.readyPollMs);
  }
}

function spawnDetached({ home, flags, environment }: StartDetachedOptions) {
  const { paths } = home;
  const file = supervisorLogFile(paths);
  const before = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const log = openLog(file);
  const { SHOAL_SUPERVISED: _, ...inherited } = environment;
  // In the folder of the home: that of the shell may be on a disk that somebody wants to take out.
  const child = spawn(process.execPath, [main, 'up', '--home', paths.dir, '--no-json', ...flags], {
    cwd: paths.dir,
    detached: true,
    stdio: ['ignore', 'ignore', log],
    env: inherited,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = signal ?? `exit code ${code}`;
  });
  child.unref();
  return {
    pid: child.pid,
    /** Why it ended, if it did. */
    failure: async (): Promise<ShoalError | undefined> => {
      if (ended === undefined) return undefined;
      const last = await lastErrorIn(file, before);
      if (last !== undefined && isErrorCode(last.code)) return new ShoalError(last.code, last.message);
      return new ShoalError('unavailable', `the device ended at its start (${ended}); its log: ${file}`);
    },
  };
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new ShoalError('storage-failed', `${file} could not be opened`, {}, error);
  }
}

function notReady(home: Home, readyMs: number): ShoalError {
  const file = supervisorLogFile(home.paths);
  return new ShoalError(
    'unavailable',
    `the device is not ready after ${Math.round(readyMs / 1000)} s and goes on trying; its log: ${file}`,
  );
}
