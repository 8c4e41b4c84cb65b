import { createHmac, createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';
import type { RecordId } from '@shoal/core';

const entropy = Buffer.alloc(16 * 256);
let used = entropy.length;

const counterEnd = 2 ** 12;
let last = { wallMs: -1, ms: 0, counter: 0 };

/**
 * A fresh UUIDv7: ordered by time, so that indexes grow at their end; of one millisecond in the order in which this
 * process asked (RFC 9562, 6.2, method 1), so that what is made together lies together.
 */
export function freshRecordId(wallMs: number): RecordId {
  const bytes = Buffer.from(randomPart(16));
  const { ms, counter } = nextPlace(wallMs, bytes);
  bytes.writeUIntBE(Math.max(0, Math.trunc(ms)) % 2 ** 48, 0, 6);
  bytes.writeUInt16BE(counter, 6);
  return stamp(bytes, 0x70);
}

/** The counter begins somewhere in the lower half; one that is used up borrows of the next millisecond. */
function nextPlace(wallMs: number, random: Buffer): { readonly ms: number; readonly counter: number } {
  if (wallMs !== last.wallMs) {
    last = { wallMs, ms: wallMs, counter: random.readUInt16BE(6) % (counterEnd / 2) };
  } else if (last.counter + 1 < counterEnd) last.counter += 1;
  else last = { wallMs, ms: last.ms + 1, counter: 0 };
  return last;
}

/**
 * The UUID on which devices meet for one natural key: UUIDv8 of an HMAC under the library's secret, separate for
 * each kind, so that nobody without the secret can test for a known key (MRG-6).
 */
export function derivedRecordId(secret: Buffer, kind: string, ...parts: readonly string[]): RecordId {
  const hmac = createHmac('sha256', keyOf(secret));
  for (const part of [kind, ...parts]) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return stamp(hmac.digest().subarray(0, 16), 0x80);
}

const keyBySecret = new WeakMap<Buffer, KeyObject>();

/** Making the key takes as long as using it. */
function keyOf(secret: Buffer): KeyObject {
  let key = keyBySecret.get(secret);
  if (key === undefined) {
    key = createSecretKey(secret);
    keyBySecret.set(secret, key);
  }
  return key;
}

/** The random part of a replica or stream id: 16 hex digits. */
export function randomLife(): string {
  return randomPart(8).toString('hex');
}

/** Random bytes that nobody else gets, to be read at once: asking for a few at a time takes as long as for many. */
function randomPart(length: number): Buffer {
  if (used + length > entropy.length) {
    randomFillSync(entropy);
    used = 0;
  }
  used += length;
  return entropy.subarray(used - length, used);
}

function stamp(bytes: Buffer, version: number): RecordId {
  bytes[6] = (bytes[6]! & 0x0f) | version;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as RecordId;
}
