import { open } from 'node:fs/promises';
import { isErrorCode } from '@shoal/core';

/** How much of the end of a log is looked at, in bytes. */
const tailBytes = 16 * 1024;

/**
 * The last line `code: message` of a log, if its end has one: what a process wrote when it could not start. What stands
 * before `fromByte` is of earlier ones.
 */
export async function lastErrorIn(
  file: string,
  fromByte = 0,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  const lines = (await logTail(file, fromByte)).split('\n').reverse();
  for (const line of lines) {
    const [, code, message] = /^([a-z-]+): (.+)$/.exec(line) ?? [];
    if (code !== undefined && message !== undefined && isErrorCode(code)) return { code, message };
  }
  return undefined;
}

/** The end of a log, some kilobytes; empty where there is none. */
export async function logTail(file: string, fromByte = 0): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  // No log, no last word.
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    // Smaller than it was: it was emptied since, and all in it is new.
    const news = size >= fromByte ? size - fromByte : size;
    const bytes = Buffer.alloc(Math.min(news, tailBytes));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}
