import { isRunning, type ProcessIdentity, startTimeOf } from '@shoal/service-kit';
import { until } from './until.ts';

/** The processes that a test started: at its end it ends those, and no others. */
export interface ProcessLedger {
  add(pid: number): void;
  /** Ends with SIGKILL whatever of them still runs, told apart from others by its start time; waits for the end. */
  endAll(): Promise<void>;
}

/** An empty ledger. */
export function processLedger(): ProcessLedger {
  const started: ProcessIdentity[] = [];
  return {
    add: (pid) => {
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) started.push({ pid, startTime });
    },
    endAll: async () => {
      const running = started.splice(0).filter(isRunning);
      for (const { pid } of running) process.kill(pid, 'SIGKILL');
      await until('all processes of the test have ended', () => running.every((it) => !isRunning(it)));
    },
  };
}
