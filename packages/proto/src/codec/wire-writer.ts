import { putUuid, uuidToBytes } from './ids.ts';

/**
 * Writes the wire format of protobuf into bytes that it uses again and again: for the few messages that are made by the
 * thousand, of which no objects need to be made first. Proto3's rules are the caller's: what is left out where it is zero.
 */
export interface WireWriter {
  /** Begins anew; what `take` answered before stays as it was. */
  start(): void;
  /** A number of field and wire type below 128, as it stands in the bytes. */
  tag(tag: number): void;
  /** A whole number from 0 to 2^53, as a varint. */
  unsigned(value: number): void;
  /** A whole number within 2^53, zigzag. */
  signed(value: number): void;
  double(value: number): void;
  /** Text with its length before it. */
  text(value: string): void;
  /** Bytes with their length before them. */
  bytes(value: Uint8Array): void;
  /** The 16 bytes of a UUID in canonical text form, with their length before them. */
  uuid(value: string): void;
  /** Begins what has its length before it, not known yet; answers where, for `close`. */
  open(): number;
  close(opened: number): void;
  /** A copy of what was written. */
  take(): Buffer;
}

/** Texts up to this length are looked through, in case that they are ASCII, before they are encoded. */
const shortText = 64;

/** No message written with this grows beyond some MB; what one large message took is given back. */
const keptBytesMax = 1024 * 1024;

/** A writer for one message at a time. */
export function createWireWriter(): WireWriter {
  let buffer = Buffer.allocUnsafeSlow(4_096);
  let at = 0;

  function room(bytes: number): void {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  }

  function varint(value: number): void {
    let rest = value;
    // Beyond 32 bits there are no bit operations.
    for (; rest >= 0x80000000; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
    buffer[at++] = rest;
  }

  function bigVarint(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) buffer[at++] = Number(rest & 0x7fn) | 0x80;
    buffer[at++] = Number(rest);
  }

  /** Where it is not ASCII nothing is written. */
  function ascii(value: string): boolean {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) return false;
      buffer[at + 1 + index] = unit;
    }
    buffer[at] = value.length;
    at += 1 + value.length;
    return true;
  }

  const writer: WireWriter = {
    start() {
      at = 0;
      if (buffer.length > keptBytesMax) buffer = Buffer.allocUnsafeSlow(4_096);
    },
    tag(tag) {
      room(1);
      buffer[at++] = tag;
    },
    unsigned(value) {
      room(10);
      varint(value);
    },
    signed(value) {
      room(10);
      // Twice a number beyond 2^52 is not always one.
      if (Math.abs(value) < 2 ** 52) varint(value < 0 ? -2 * value - 1 : 2 * value);
      else bigVarint(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
    },
    double(value) {
      room(8);
      at = buffer.writeDoubleLE(value, at);
    },
    text(value) {
      room(value.length * 3 + 10);
      if (value.length <= shortText && ascii(value)) return;
      varint(Buffer.byteLength(value));
      at += buffer.write(value, at);
    },
    bytes(value) {
      room(value.length + 10);
      varint(value.length);
      buffer.set(value, at);
      at += value.length;
    },
    uuid(value) {
      room(17);
      if (!putUuid(value, buffer, at + 1)) return writer.bytes(uuidToBytes(value));
      buffer[at] = 16;
      at += 17;
    },
    open() {
      room(1);
      return ++at;
    },
    close(opened) {
      const length = at - opened;
      if (length < 0x80) {
        buffer[opened - 1] = length;
        return;
      }
      // The length takes more than the one byte that was kept for it: what was written moves up.
      room(10);
      const end = at;
      at = opened - 1;
      const moved = Buffer.from(buffer.subarray(opened, end));
      varint(length);
      at += moved.copy(buffer, at);
    },
    take: () => Buffer.from(buffer.subarray(0, at)),
  };
  return writer;
}
