import { readFileSync, writeFileSync } from 'node:fs';

/** Changes a byte of a file that nobody has open. */
export function flipByte(path: string, offset: number, mask = 0x10): void {
  const bytes = readFileSync(path);
  bytes[offset]! ^= mask;
  writeFileSync(path, bytes);
}

/** Changes a byte of what a file holds, wherever that lies: `at` counts from the beginning of `content`. */
export function flipWithin(path: string, content: Buffer, at = 0): void {
  const offset = readFileSync(path).indexOf(content);
  if (offset < 0) throw new Error('the file does not hold that');
  flipByte(path, offset + at);
}
