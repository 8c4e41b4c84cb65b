import { type Logger, pino } from 'pino';
import { readLogLevel } from './config.ts';

/** Structured log of a service. Ids, counts and codes go in; payloads, field values, keys and tokens never do. */
export type Log = Logger;

/** The log of one service: JSON lines on stderr, or another file, written at once so that a crash loses none. */
export function createLog(service: string, level: string = readLogLevel(), fd = 2): Log {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['token', 'password', 'key', 'secret', '*.token', '*.password', '*.key', '*.secret'] },
    },
    pino.destination({ fd, sync: true }),
  );
}

/** A log that says nothing, for tests. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}
