import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';

declare const brand: unique symbol;

/**
 * A hybrid logical clock reading as 16 hex digits: 12 of Unix milliseconds, 4 of counter. Text order is time
 * order (CLK-1; Kulkarni et al., "Logical Physical Clocks", 2014).
 */
export type Hlc = string & { readonly [brand]: 'Hlc' };

/** The greatest reading a replica has ticked or received; persisted in library.db (CLK-2). */
export interface Clock {
  readonly ms: number;
  readonly counter: number;
}

/** Stamps of this many milliseconds or more are malformed (CLK-1). */
export const hlcMsEnd = 2 ** 47;
const counterEnd = 2 ** 16;

export const zeroClock: Clock = { ms: 0, counter: 0 };

/** The text of a reading. Throws `malformed-message` outside of the bounds of CLK-1. */
export function formatHlc(ms: number, counter: number): Hlc {
  if (!isBelow(ms, hlcMsEnd)) throw malformed(`milliseconds ${ms}`);
  if (!isBelow(counter, counterEnd)) throw malformed(`counter ${counter}`);
  return (ms.toString(16).padStart(12, '0') + counter.toString(16).padStart(4, '0')) as Hlc;
}

/** Milliseconds of a reading. */
export function hlcMs(hlc: Hlc): number {
  return Number.parseInt(hlc.slice(0, 12), 16);
}

/** Counter of a reading. */
export function hlcCounter(hlc: Hlc): number {
  return Number.parseInt(hlc.slice(12), 16);
}

/** Parses the text of a reading; throws `malformed-message` for anything else. */
export function parseHlc(text: string): Hlc {
  if (!/^[0-9a-f]{16}$/.test(text)) throw malformed(`text ${JSON.stringify(text.slice(0, 32))}`);
  if (hlcMs(text as Hlc) >= hlcMsEnd) throw malformed(`milliseconds ${hlcMs(text as Hlc)}`);
  return text as Hlc;
}

/**
 * Moves the clock for a local change: greater than everything ticked or received before, also when the wall
 * clock stepped back (CLK-2). A counter that overflows carries into the milliseconds (CLK-3).
 */
export function tickClock(clock: Clock, wallMs: number): Clock {
  const wall = clampWall(wallMs);
  if (wall > clock.ms) return { ms: wall, counter: 0 };
  if (clock.counter + 1 < counterEnd) return { ms: clock.ms, counter: clock.counter + 1 };
  return { ms: clock.ms + 1, counter: 0 };
}

/** What a received stamp did to the clock: pulled it, left it, or was too far ahead to be let in (CLK-4). */
export type Received =
  | { readonly kind: 'taken'; readonly clock: Clock }
  | { readonly kind: 'drift'; readonly clock: Clock; readonly aheadMs: number };

/**
 * Moves the clock up to a received stamp. One more than `maxDriftMs` ahead of the wall clock leaves the clock
 * where it is and is reported as drift (CLK-4).
 */
export function receiveHlc(
  clock: Clock,
  hlc: Hlc,
  wallMs: number,
  maxDriftMs: number = limits.maxDriftMs,
): Received {
  const ms = hlcMs(hlc);
  const aheadMs = ms - clampWall(wallMs);
  if (aheadMs > maxDriftMs) return { kind: 'drift', clock, aheadMs };
  const counter = hlcCounter(hlc);
  const isGreater = ms > clock.ms || (ms === clock.ms && counter > clock.counter);
  return { kind: 'taken', clock: isGreater ? { ms, counter } : clock };
}

/** The reading of a clock as text. */
export function clockHlc(clock: Clock): Hlc {
  return formatHlc(clock.ms, clock.counter);
}

/**
 * A wall clock that is broken must not stop a write (CLK-4): past the year 4199 it is read as 0, so that the clock
 * goes on from where it is and never comes near the end of its range.
 */
function clampWall(wallMs: number): number {
  return wallMs >= 0 && wallMs < hlcMsEnd / 2 ? Math.trunc(wallMs) : 0;
}

function isBelow(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

function malformed(found: string): ShoalError {
  return new ShoalError('malformed-message', `a clock reading has ${found}`, { field: 'hlc' });
}
