import { type Logger, pino } from 'pino';
import { readLogLevel } from './config.ts';

/** Structured log of a service. Ids, counts and codes go in; payloads, field values, keys and tokens never do. */
export type Log = Logger;

/** What is kept of lines that cannot be written, as on a full disk, in bytes; what comes then is lost. */
const waitingBytesMax = 1024 * 1024;

/**
 * The log of one service: JSON lines on stderr, or another file, written at once so that a crash loses none. A file that
 * takes nothing, on a full disk, ends no service: lines wait for the next one that can be written.
 */
export function createLog(service: string, level: string = readLogLevel(), fd = 2): Log {
  const lines = pino.destination({ fd, sync: true, maxLength: waitingBytesMax });
  // It is told by what else the disk refuses: here there is nowhere to tell it.
  lines.on('error', () => undefined);
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['token', 'password', 'key', 'secret', '*.token', '*.password', '*.key', '*.secret'] },
    },
    lines,
  );
}

/** A log that says nothing, for tests. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}

/** A log of everything whose lines are kept, for tests. */
export function memoryLog(): { readonly log: Log; readonly lines: readonly Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: pino({ level: 'debug', base: {} }, { write }), lines };
}
