import type { DeviceId, RecordRef } from '../ids.ts';
import { refKey } from '../ids.ts';
import { limits } from '../limits.ts';
import { backoffMs } from './backoff.ts';
import type { Moment } from './peers.ts';

/** A record that others here wait for and that nobody here has heard of (DEP-4). */
export interface Wanted {
  readonly ref: RecordRef;
  /** Whoever wrote the reference to it, and so had it. */
  readonly origin: DeviceId;
}

/**
 * How the search for one record stands. Times are monotonic ms.
 *
 *   waiting (until a time) ──► asking one device ──► the next device ──► … all were asked: waiting, for longer
 */
export interface Ask {
  readonly wanted: Wanted;
  /** Devices that were asked this time round. */
  readonly tried: ReadonlySet<DeviceId>;
  readonly asking: DeviceId | null;
  /** Times round so far. */
  readonly failures: number;
  readonly untilMs: number;
}

/** All that is searched for, by record. */
export type Asks = ReadonlyMap<string, Ask>;

export type AskEvent =
  /** The whole list of what is wanted now; what stands on it no longer is not asked for any more. */
  | { readonly kind: 'wanted'; readonly wanted: readonly Wanted[] }
  /** A device gave what it has of the records `named`; `isFull`: it may have some of the others, too. */
  | {
      readonly kind: 'answered';
      readonly device: DeviceId;
      readonly named: readonly RecordRef[];
      readonly isFull: boolean;
    }
  | { readonly kind: 'failed'; readonly device: DeviceId };

/** Records to ask one device for. */
export interface AskFor {
  readonly device: DeviceId;
  readonly refs: readonly RecordRef[];
}

/** What to ask whom now, and when to look again; null: nothing is wanted. */
export interface AskPlan {
  readonly asks: Asks;
  readonly askFor: readonly AskFor[];
  readonly wakeAtMs: number | null;
}

export const noAsks: Asks = new Map();

/**
 * The searches after an event. A record that was given stays until it is wanted no longer: what came may not open,
 * and another device may have it whole. At most `asksMax` are searched for at once.
 */
export function stepAsks(asks: Asks, event: AskEvent, moment: Moment): Asks {
  if (event.kind === 'wanted') return wantedAsks(asks, event.wanted, moment);
  const named = new Set(event.kind === 'answered' ? event.named.map(refKey) : []);
  // Full with nothing in it would be asked again at once, for ever.
  const isFull = event.kind === 'answered' && event.isFull && named.size > 0;
  const next = new Map(asks);
  for (const [key, ask] of asks) {
    if (ask.asking !== event.device) continue;
    const wasAnswered = !isFull || named.has(key);
    const tried = wasAnswered ? new Set([...ask.tried, event.device]) : ask.tried;
    next.set(key, { ...ask, tried, asking: null });
  }
  return next;
}

/**
 * Says which of the devices that are there is asked for what (DEP-4): the one that wrote the reference first, then the
 * others, one at a time for each record. Bounded in records per device and in devices asked at once. When all were
 * asked the search rests, with full jitter, for a time that doubles up to `askCapMs`, and goes on without end.
 */
export function planAsks(asks: Asks, peers: readonly DeviceId[], moment: Moment): AskPlan {
  const next = new Map(asks);
  const busy = new Set([...asks.values()].flatMap(({ asking }) => (asking === null ? [] : [asking])));
  const refsByDevice = new Map<DeviceId, RecordRef[]>();
  let wakeAtMs: number | null = null;
  for (const [key, ask] of asks) {
    if (ask.asking !== null) continue;
    let { untilMs } = ask;
    if (untilMs <= moment.nowMs) {
      const device = nextDevice(ask, peers);
      if (device === null && ask.tried.size > 0) {
        const rested = resting(ask, moment);
        next.set(key, rested);
        untilMs = rested.untilMs;
      } else if (device !== null && hasRoom(refsByDevice, busy, device)) {
        push(refsByDevice, device, ask.wanted.ref);
        next.set(key, { ...ask, asking: device });
        continue;
      }
    }
    // Nobody is there, or who is has enough to do: looked at again as often as peers are heard.
    const lookMs = untilMs <= moment.nowMs ? moment.nowMs + limits.heartbeatMs : untilMs;
    wakeAtMs = Math.min(wakeAtMs ?? lookMs, lookMs);
  }
  const askFor = [...refsByDevice].map(([device, refs]) => ({ device, refs }));
  // Those asked answer or fail; that is when to look at their records again.
  if (wakeAtMs === null && next.size > 0) wakeAtMs = moment.nowMs + limits.heartbeatMs;
  return { asks: next, askFor, wakeAtMs };
}

/** How many of the searches have asked everybody who was there at least once, and found nothing that helped. */
export function countFruitless(asks: Asks): number {
  return [...asks.values()].filter(({ failures }) => failures > 0).length;
}

function wantedAsks(asks: Asks, wanted: readonly Wanted[], moment: Moment): Asks {
  const next = new Map<string, Ask>();
  for (const each of wanted.slice(0, limits.asksMax)) {
    const key = refKey(each.ref);
    const known = asks.get(key);
    // It may just be on its way: what comes by itself is not asked for.
    const untilMs = moment.nowMs + askDelayMs(1, moment.random);
    const fresh = { tried: new Set<DeviceId>(), asking: null, failures: 0, untilMs };
    next.set(key, { ...(known ?? fresh), wanted: each });
  }
  return next;
}

function nextDevice({ wanted, tried }: Ask, peers: readonly DeviceId[]): DeviceId | null {
  const untried = peers.filter((device) => !tried.has(device));
  return untried.find((device) => device === wanted.origin) ?? untried[0] ?? null;
}

function hasRoom(
  refsByDevice: ReadonlyMap<DeviceId, readonly RecordRef[]>,
  busy: ReadonlySet<DeviceId>,
  device: DeviceId,
): boolean {
  const refs = refsByDevice.get(device);
  if (refs !== undefined) return refs.length < limits.askRecordsMax;
  return !busy.has(device) && busy.size + refsByDevice.size < limits.asksAtOnceMax;
}

function resting(ask: Ask, { nowMs, random }: Moment): Ask {
  const failures = ask.failures + 1;
  const untilMs = nowMs + 1 + askDelayMs(failures, random);
  return { ...ask, tried: new Set(), failures, untilMs };
}

function askDelayMs(failures: number, random: number): number {
  return backoffMs({ failures, random, baseMs: limits.askBaseMs, capMs: limits.askCapMs });
}

function push(refsByDevice: Map<DeviceId, RecordRef[]>, device: DeviceId, ref: RecordRef): void {
  const refs = refsByDevice.get(device);
  if (refs === undefined) refsByDevice.set(device, [ref]);
  else refs.push(ref);
}
