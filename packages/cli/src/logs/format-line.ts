import type { Paint, Tone } from '../show/paint.ts';
import { printable } from '../show/printable.ts';
import type { LogLevel, LogLine } from './log-line.ts';

const toneOf: Readonly<Record<LogLevel, Tone | undefined>> = {
  trace: 'quiet',
  debug: 'quiet',
  info: undefined,
  warn: 'busy',
  error: 'bad',
  fatal: 'bad',
};

/** A line for people: time of the machine, level, who, what, and what else it names. */
export function formatLine(line: LogLine, paint: Paint): string {
  const { source, timeMs, level, message, fields } = line;
  const tone = toneOf[level];
  const head = `${clockOf(timeMs)} ${level.toUpperCase().padEnd(5)} ${source.padEnd(10)}`;
  const named = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
  const text = printable([message, ...named].join('  '));
  return `${tone === undefined ? head : paint(tone, head)} ${text}`;
}

/** The line as JSON: as it stands, or what is known of it where its writer has another form. */
export function jsonOfLine({ source, timeMs, level, message, raw }: LogLine): string {
  if (raw.startsWith('{')) return raw;
  const time = timeMs === null ? {} : { time: new Date(timeMs).toISOString() };
  return JSON.stringify({ service: source, level, ...time, msg: message });
}

/** `11-21 18:44:09.068`. */
function clockOf(timeMs: number | null): string {
  if (timeMs === null) return ' '.repeat(18);
  const at = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
