/**
 * Reads the wire format of protobuf as a writer of canonical bytes leaves it: for the few messages that are read by the
 * thousand, of which no objects need to be made first. It knows less than the format has: whatever it does not know, or
 * what ends too early, throws `NotPlain`, and the generated code says what it is.
 */
export interface WireReader {
  /** Begins with other bytes. */
  start(bytes: Uint8Array): void;
  /** Whether all was read, of what is open or of everything. */
  isEnd(): boolean;
  /** Passes over a number of field and wire type below 128, if it comes next. */
  has(tag: number): boolean;
  /** A whole number below 2^49. */
  unsigned(): number;
  /** The same, zigzag. */
  signed(): number;
  double(): number;
  /** Text with its length before it, of at most so many bytes. */
  text(bytesMax?: number): string;
  /** Bytes with their length before them: a view of what is read. */
  bytes(): Buffer;
  /** What `memory` makes of bytes with their length before them. */
  remembered(memory: BytesMemory): string;
  /** Begins what has its length before it; answers what `close` wants. */
  open(): number;
  /** Ends it, read as it is to be to its end. */
  close(opened: number): void;
}

/** What bytes in one place read as text, of which the latest are remembered: mostly the same ones come again. */
export interface BytesMemory {
  /** How many they must be; null: any number. */
  readonly length: number | null;
  textAt(bytes: Buffer, at: number, length: number): string;
}

/** The bytes are not of the plain kind that this reader knows. */
export class NotPlain extends Error {}

/** Longer texts are not looked through for being ASCII. */
const shortText = 64;
/** A leading U+FEFF is text. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A memory for bytes in one place; `toText` sees exactly them. */
export function bytesMemory(length: number | null, toText: (bytes: Buffer) => string): BytesMemory {
  let known = Buffer.alloc(0);
  let text: string | undefined;
  return {
    length,
    textAt(bytes, at, count) {
      if (text !== undefined && isSame(known, bytes, at, count)) return text;
      known = Buffer.from(bytes.subarray(at, at + count));
      text = toText(known);
      return text;
    },
  };
}

/** Compared from behind: what differs differs there. */
function isSame(known: Buffer, bytes: Buffer, at: number, count: number): boolean {
  if (known.length !== count) return false;
  for (let index = count - 1; index >= 0; index--) if (known[index] !== bytes[at + index]) return false;
  return true;
}

/** A reader of one message at a time. */
export function createWireReader(): WireReader {
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  let end = 0;

  function refuse(): never {
    throw new NotPlain();
  }

  function varint(): number {
    let value = 0;
    let factor = 1;
    // Seven bytes; more need more than a number holds exactly.
    for (let count = 0; count < 7; count++) {
      if (at >= end) refuse();
      const byte = buffer[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return refuse();
  }

  /** Passes over what has its length before it; answers where it begins. */
  function span(): number {
    const length = varint();
    const from = at;
    at += length;
    if (at > end) refuse();
    return from;
  }

  function isAscii(from: number): boolean {
    for (let index = from; index < at; index++) if (buffer[index]! >= 0x80) return false;
    return true;
  }

  return {
    start(bytes) {
      buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      at = 0;
      end = buffer.length;
    },
    isEnd: () => at === end,
    has(tag) {
      if (at >= end || buffer[at] !== tag) return false;
      at++;
      return true;
    },
    unsigned: varint,
    signed() {
      const value = varint();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    double() {
      if (at + 8 > end) refuse();
      at += 8;
      return buffer.readDoubleLE(at - 8);
    },
    text(bytesMax = Number.POSITIVE_INFINITY) {
      const from = span();
      if (at - from > bytesMax) refuse();
      if (at - from <= shortText && isAscii(from)) return buffer.toString('latin1', from, at);
      return decoder.decode(buffer.subarray(from, at));
    },
    bytes() {
      const from = span();
      return buffer.subarray(from, at);
    },
    remembered(memory) {
      const from = span();
      if (memory.length !== null && at - from !== memory.length) refuse();
      return memory.textAt(buffer, from, at - from);
    },
    open() {
      const outer = end;
      const length = varint();
      if (at + length > end) refuse();
      end = at + length;
      return outer;
    },
    close(outer) {
      if (at !== end) refuse();
      end = outer;
    },
  };
}
