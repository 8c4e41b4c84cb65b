import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ShoalError } from '@shoal/core';

/** A list of files is read whole before anything is done with it. */
const listBytesMax = 256 * 1024 * 1024;

/** Where a command's files come from: its arguments, and a file that names more, `-` for stdin. */
export interface FilesGiven {
  readonly files: readonly string[];
  readonly fromFile?: string | undefined;
  readonly stdin: Readable & { readonly isTTY?: boolean };
}

/**
 * The files that a command is about, one per line of the list, or each ended by a NUL as `find -print0` does; each once.
 * Throws `invalid-argument` where there are none, `payload-too-large`, and what reading the list throws.
 */
export async function filesGiven({ files, fromFile, stdin }: FilesGiven): Promise<readonly string[]> {
  if (fromFile === '-' && stdin.isTTY === true) {
    throw new ShoalError('invalid-argument', '"from-file": expected a list of files on stdin', {
      field: 'from-file',
    });
  }
  const listed = fromFile === undefined ? [] : await readList(fromFile, stdin);
  const all = new Set([...files, ...listed]);
  if (all.size > 0) return [...all];
  const expected = 'expected a file, or a list of files with --from-file';
  throw new ShoalError('invalid-argument', `"target": ${expected}, found none`, { field: 'target' });
}

async function readList(fromFile: string, stdin: Readable): Promise<string[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of fromFile === '-' ? stdin : openList(fromFile)) {
    chunks.push(Buffer.from(chunk));
    size += chunks.at(-1)!.length;
    if (size > listBytesMax) {
      const message = `"from-file": a list of more than ${listBytesMax} bytes`;
      throw new ShoalError('payload-too-large', message, { field: 'from-file' });
    }
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((line) => line !== '');
}

async function* openList(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path);
  } catch (error) {
    const message = `"from-file": ${path} cannot be read`;
    throw new ShoalError('invalid-argument', message, { field: 'from-file' }, error);
  }
}
