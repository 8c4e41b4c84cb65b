import { stripVTControlCharacters } from 'node:util';
import type { LogName } from '../background/log-files.ts';

/** A line of a log, whoever wrote it. */
export interface LogLine {
  readonly source: LogName;
  /** Unix ms; null where the line does not say, as within a stack. */
  readonly timeMs: number | null;
  readonly level: LogLevel;
  readonly message: string;
  /** What else it names, in its order. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** As it stands in the file. */
  readonly raw: string;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

const levelByNumber: Readonly<Record<number, LogLevel>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const levelOfNats: Readonly<Record<string, LogLevel>> = {
  TRC: 'trace',
  DBG: 'debug',
  INF: 'info',
  WRN: 'warn',
  ERR: 'error',
  FTL: 'fatal',
};
/** `[21858] 2026/11/21 18:44:09.068000 [INF] Server is ready`, in the time of the machine. */
const natsLine = /^\[\d+\] (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)\.(\d{3})\d* \[(\w{3})\] (.*)$/;

/** Reads a line: JSON of ours, nats-server's own form, or whatever a process wrote as its last word. */
export function parseLogLine(source: LogName, raw: string): LogLine {
  return parseJsonLine(source, raw) ?? parseNatsLine(source, raw) ?? plainLine(source, raw);
}

function parseJsonLine(source: LogName, raw: string): LogLine | undefined {
  if (!raw.startsWith('{')) return undefined;
  try {
    const { level, time, service: _, pid: __, msg, ...fields } = JSON.parse(raw);
    const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    return {
      source,
      timeMs: Number.isNaN(timeMs) ? null : timeMs,
      level: levelByNumber[Number(level)] ?? 'info',
      message: typeof msg === 'string' ? msg : '',
      fields,
      raw,
    };
  } catch {
    // Cut off, or of somebody else: it is shown as it is.
    return undefined;
  }
}

function parseNatsLine(source: LogName, raw: string): LogLine | undefined {
  const [, year, month, day, clock, ms, level, message] = natsLine.exec(raw) ?? [];
  if (level === undefined || message === undefined) return undefined;
  const timeMs = new Date(`${year}-${month}-${day}T${clock}.${ms}`).getTime();
  return { source, timeMs, level: levelOfNats[level] ?? 'info', message, fields: {}, raw };
}

function plainLine(source: LogName, raw: string): LogLine {
  // A process that cannot start says why as `code: message`.
  const level = /^[a-z-]+: ./.test(raw) ? 'error' : 'info';
  return { source, timeMs: null, level, message: stripVTControlCharacters(raw), fields: {}, raw };
}
