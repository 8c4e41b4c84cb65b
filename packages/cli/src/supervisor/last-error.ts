import { open } from 'node:fs/promises';
import { isErrorCode } from '@shoal/core';

/** How much of the end of a log is looked at, in bytes. */
const tailBytes = 16 * 1024;

/** The last line `code: message` of a log, if its end has one: what a process wrote when it could not start. */
export async function lastErrorIn(
  file: string,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  const lines = (await tailOf(file)).split('\n').reverse();
  for (const line of lines) {
    const [, code, message] = /^([a-z-]+): (.+)$/.exec(line) ?? [];
    if (code !== undefined && message !== undefined && isErrorCode(code)) return { code, message };
  }
  return undefined;
}

async function tailOf(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  // No log, no last word.
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}
