import {
  type Dot,
  dotHlc,
  dotReplica,
  formatHlc,
  hlcCounter,
  hlcMs,
  type LogId,
  limits,
  makeDot,
  type ReplicaId,
  ShoalError,
  type StreamId,
} from '@shoal/core';
import type { Dot as WireDot } from '../../gen/shoal/v1/entry.ts';

const uuidBytes = 16;
const lifeBytes = 24;

/** Lives whose bytes are remembered: those that write here now. */
const livesMax = 256;
const bytesByLife = new Map<ReplicaId | StreamId, Buffer>();

/** The values of hexadecimal digits by their character; -1 for any other. */
const digits = Int8Array.from({ length: 128 }, (_, unit) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(unit | 0x20)),
);
digits.fill(-1, 0, 0x30);

/** 16 bytes of a UUID in canonical text form. */
export function uuidToBytes(uuid: string): Buffer {
  const bytes = Buffer.allocUnsafe(uuidBytes);
  return putUuid(uuid, bytes, 0) ? bytes : Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** Writes the 16 bytes of a UUID; false where it is none, and what was written means nothing. */
export function putUuid(uuid: string, into: Uint8Array, from: number): boolean {
  if (uuid.length !== 36) return false;
  let bad = 0;
  let at = from;
  for (let index = 0; index < 36; index += 2) {
    const isHyphen = index === 8 || index === 13 || index === 18 || index === 23;
    if (isHyphen && uuid.charCodeAt(index++) !== 0x2d) return false;
    const [high, low] = [digitAt(uuid, index), digitAt(uuid, index + 1)];
    bad |= high | low;
    into[at++] = (high << 4) | low;
  }
  return bad >= 0;
}

function digitAt(text: string, at: number): number {
  return digits[text.charCodeAt(at)] ?? -1;
}

/** Canonical text of a UUID's 16 bytes; anything else throws `malformed-message` naming `field`. */
export function uuidFromBytes<Id extends string>(bytes: Uint8Array, field: string): Id {
  if (bytes.length !== uuidBytes) refuse(field, `${uuidBytes} bytes`, bytes.length);
  return hyphenate(hexOf(bytes)) as Id;
}

/** 24 bytes of a replica or stream id: the same ones each time, which nobody may write into. */
export function lifeToBytes(id: ReplicaId | StreamId): Buffer {
  const known = bytesByLife.get(id);
  if (known !== undefined) return known;
  if (bytesByLife.size >= livesMax) bytesByLife.clear();
  const bytes = Buffer.from(id.slice(0, 36).replaceAll('-', '') + id.slice(37), 'hex');
  bytesByLife.set(id, bytes);
  return bytes;
}

/** Text of a replica or stream id; anything but 24 bytes throws `malformed-message`. */
export function lifeFromBytes<Id extends ReplicaId | StreamId>(bytes: Uint8Array, field: string): Id {
  if (bytes.length !== lifeBytes) refuse(field, `${lifeBytes} bytes`, bytes.length);
  const hex = hexOf(bytes);
  return `${hyphenate(hex.slice(0, 32))}.${hex.slice(32)}` as Id;
}

/** The id of another's log, as it says; one without bound throws `malformed-message` (SEC-5). Empty: it names none. */
export function logIdFromWire(logId: string, field = 'log_id'): LogId {
  const { logIdLengthMax } = limits;
  if (logId.length > logIdLengthMax) refuse(field, `at most ${logIdLengthMax} characters`, logId.length);
  return logId as LogId;
}

/** A dot as it travels. */
export function dotToWire(dot: Dot): WireDot {
  const hlc = dotHlc(dot);
  return { replica: lifeToBytes(dotReplica(dot)), ms: hlcMs(hlc), counter: hlcCounter(hlc) };
}

/** Parses a dot; a stamp outside of CLK-1 throws `malformed-message`. */
export function dotFromWire(dot: WireDot, field: string): Dot {
  return makeDot(formatHlc(dot.ms, dot.counter), lifeFromBytes<ReplicaId>(dot.replica, field));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function hyphenate(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function refuse(field: string, expected: string, found: number): never {
  throw new ShoalError('malformed-message', `"${field}": expected ${expected}, found ${found}`, { field });
}
