import { copyFile, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { supervisorLimits } from './supervisor-limits.ts';

/** Keeps the files of a folder of logs small. */
export interface BoundLogs {
  /** Ends after the look under way. */
  stop(): Promise<void>;
}

export interface BoundLogsOptions {
  readonly bytesMax?: number;
  readonly keptMax?: number;
  readonly lookMs?: number;
}

/**
 * Looks at once and then again and again at the logs (`*.log`) of a folder; one that is larger than `bytesMax` is copied
 * to `NAME.log.1` and emptied, after `.1` became `.2` and so on. Its writers hold it open for appending and go on at its
 * beginning; what they write between the two steps is lost. What fails is tried again at the next look: without room
 * for a copy a log cannot grow either.
 */
export function boundLogs(folder: string, options: BoundLogsOptions = {}): BoundLogs {
  const { lookMs = supervisorLimits.logLookMs } = options;
  let looking = Promise.resolve();
  const look = () => {
    looking = looking.then(() => boundAll(folder, options));
  };
  look();
  const timer = setInterval(look, lookMs).unref();
  return {
    stop: () => {
      clearInterval(timer);
      return looking;
    },
  };
}

async function boundAll(folder: string, options: BoundLogsOptions): Promise<void> {
  const { bytesMax = supervisorLimits.logBytesMax, keptMax = supervisorLimits.logsKeptMax } = options;
  try {
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      if (name.endsWith('.log') && (await stat(file)).size > bytesMax) await rotate(file, keptMax);
    }
  } catch {
    // Nobody can be told but the log itself; at the next look it may go.
  }
}

async function rotate(file: string, keptMax: number): Promise<void> {
  for (let age = keptMax - 1; age >= 1; age -= 1) {
    // Of that age there is none yet.
    await rename(`${file}.${age}`, `${file}.${age + 1}`).catch(() => undefined);
  }
  try {
    await copyFile(file, `${file}.1`);
  } catch (error) {
    await rm(`${file}.1`, { force: true });
    throw error;
  }
  await truncate(file);
}
