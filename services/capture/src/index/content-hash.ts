import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSameContent, stampOf } from './stamp.ts';

/** Up to this size, in bytes, the whole file is hashed. */
export const wholeBytesMax = 16 * 1024 * 1024;

const headBytes = 64 * 1024;
const blockBytes = 16 * 1024;
const blockCount = 32;
const chunkBytes = 256 * 1024;

/** What became of reading a file. `stats` are those of the moment at which the content is `hash`. */
export type HashOutcome =
  | { readonly state: 'hashed'; readonly hash: string; readonly stats: BigIntStats }
  | { readonly state: 'changing' }
  | { readonly state: 'gone' }
  | { readonly state: 'unreadable'; readonly code: string };

/** Reads a file and says what its content is. */
export type HashFile = (path: Buffer) => Promise<HashOutcome>;

/**
 * The content hash, in lower-case hex: up to 16 MiB the SHA-256 of the file; above, the SHA-256 of the text
 * `shoal-sample-1`, a zero byte, the size (8 bytes, big-endian), the first 64 KiB, 32 blocks of 16 KiB
 * (block i at floor((size - 16 KiB) * (i + 1) / 33)), the last 64 KiB. A file that changes while it is read
 * is `changing`: read it again later. Links are not followed.
 */
export const hashFile: HashFile = async (path) => {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) return { state: 'gone' };
    const hash = await digest(file, Number(before.size));
    const after = await file.stat({ bigint: true });
    const isSame = isSameContent(stampOf('file', before), stampOf('file', after));
    return hash !== null && isSame ? { state: 'hashed', hash, stats: after } : { state: 'changing' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
      ? { state: 'gone' }
      : { state: 'unreadable', code };
  } finally {
    await file?.close();
  }
};

/** Null when the file turned out shorter than it was. */
async function digest(file: FileHandle, size: number): Promise<string | null> {
  const hash = createHash('sha256');
  for (const range of size <= wholeBytesMax ? [{ start: 0, length: size }] : sample(hash, size)) {
    if (!(await addRange(hash, file, range.start, range.length))) return null;
  }
  return hash.digest('hex');
}

function sample(hash: Hash, size: number): { start: number; length: number }[] {
  const prefix = Buffer.alloc(15 + 8);
  prefix.write('shoal-sample-1');
  prefix.writeBigUInt64BE(BigInt(size), 15);
  hash.update(prefix);
  const blocks = Array.from({ length: blockCount }, (_, index) => ({
    start: Math.floor(((size - blockBytes) * (index + 1)) / (blockCount + 1)),
    length: blockBytes,
  }));
  return [{ start: 0, length: headBytes }, ...blocks, { start: size - headBytes, length: headBytes }];
}

async function addRange(hash: Hash, file: FileHandle, start: number, length: number): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, length));
  for (let done = 0; done < length; ) {
    const want = Math.min(buffer.length, length - done);
    const { bytesRead } = await file.read(buffer, 0, want, start + done);
    if (bytesRead === 0) return false;
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  return true;
}
