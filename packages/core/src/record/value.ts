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
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // One of the two halves of a character beyond 16 bits is two of its four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
  }
  return bytes;
}
