/** What a field can hold. Numbers that are integers are within 2^53; a reference is the target's UUID as text. */
export type Value = null | boolean | number | string | Uint8Array;

/** Whether two values are the same, byte for byte. */
export function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  return Object.is(a, b);
}

/** Bytes a value takes, near enough for a bound. */
export function valueBytes(value: Value): number {
  if (typeof value === 'string') return utf8Bytes(value);
  if (value instanceof Uint8Array) return value.byteLength;
  return 8;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const point = char.codePointAt(0)!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
