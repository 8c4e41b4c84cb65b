import { createHmac, createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';
import type { RecordId } from '@shoal/core';

const entropy = Buffer.alloc(16 * 256);
let used = entropy.length;

/** A fresh UUIDv7: ordered by time, so that indexes grow at their end. */
export function freshRecordId(wallMs: number): RecordId {
  const bytes = Buffer.from(randomPart(16));
  bytes.writeUIntBE(Math.max(0, Math.trunc(wallMs)) % 2 ** 48, 0, 6);
  return stamp(bytes, 0x70);
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
