import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { ShoalError } from '@shoal/core';
import { startTimeOf, storageFailed } from '@shoal/service-kit';
import type { ChildSpec } from './child-spec.ts';

/** One run of a child. */
export interface RunningChild {
  readonly pid: number;
  readonly startTime: string;
  /** Resolves when the process has ended, with how: `exit code 0`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to end; kills it, and whatever it left in its process group, after `stopMs`. */
  stop(stopMs: number): Promise<void>;
}

/**
 * Starts a child with a pipe as its stdin, whose end tells it that we are gone, also after SIGKILL. It leads a process
 * group of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops its children in order.
 * Throws `disk-full`, `read-only` or `storage-failed` if the log cannot be opened, `missing-dependency` if the program cannot be started.
 */
export async function startChild(spec: ChildSpec): Promise<RunningChild> {
  const log = openLog(spec.logFile);
  try {
    const child = spawn(spec.command, [...spec.args], {
      stdio: ['pipe', log, log],
      detached: true,
      env: { ...spec.environment },
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // The child may be gone before we close our end of its stdin.
    child.stdin?.on('error', () => undefined);
    const pid = child.pid!;
    void ended.then(() => killGroup(pid, 'SIGKILL'));
    return {
      pid,
      startTime: startTimeOf(pid) ?? 'ended',
      ended,
      stop: async (stopMs) => {
        child.kill('SIGTERM');
        const killing = setTimeout(() => killGroup(pid, 'SIGKILL'), stopMs);
        await ended;
        clearTimeout(killing);
      },
    };
  } catch (error) {
    const message = `${spec.name}: ${spec.command} could not be started`;
    throw new ShoalError('missing-dependency', message, {}, error);
  } finally {
    closeSync(log);
  }
}

/** A program that a child started, such as nats-server by its guard, must not outlive it. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: nothing is left in the group, as it should be.
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw storageFailed(file, 'opened for writing', error);
  }
}
