import { open } from 'node:fs/promises';
import type { HomePaths } from '@shoal/service-kit';
import { type LogName, logFile } from '../background/log-files.ts';
import { supervisorLimits } from '../supervisor/supervisor-limits.ts';
import { type LogLine, parseLogLine } from './log-line.ts';

/** A log as far as it was read. */
export interface LogPosition {
  readonly name: LogName;
  /** Up to the end of its last whole line. */
  readonly bytes: number;
}

/** Lines of several logs, and where each was at its end then. */
export interface LogsRead {
  readonly lines: readonly LogLine[];
  readonly positions: readonly LogPosition[];
}

/** One read of a file, in bytes. */
const pieceBytes = 256 * 1024;

/** The last `count` lines of the logs together, in the order of their times, with those that were set aside. */
export async function readLastLines(
  paths: HomePaths,
  names: readonly LogName[],
  count: number,
): Promise<LogsRead> {
  const tails = await Promise.all(names.map((name) => lastLinesOf(paths, name, count)));
  const lines = inOrder(tails.map((tail) => tail.lines));
  return { lines: count === 0 ? [] : lines.slice(-count), positions: tails.map(({ position }) => position) };
}

/** What was written to the logs since. */
export async function readNews(paths: HomePaths, positions: readonly LogPosition[]): Promise<LogsRead> {
  const read = await Promise.all(positions.map((position) => newsOf(paths, position)));
  return { lines: inOrder(read.map(({ lines }) => lines)), positions: read.map(({ position }) => position) };
}

async function lastLinesOf(paths: HomePaths, name: LogName, count: number) {
  const file = logFile(paths, name);
  const found: string[] = [];
  const { texts, bytes } = await tailOf(file, count);
  found.unshift(...texts);
  for (let age = 1; age <= supervisorLimits.logsKeptMax && found.length < count; age += 1) {
    found.unshift(...(await tailOf(`${file}.${age}`, count - found.length)).texts);
  }
  return { lines: parseAll(name, found), position: { name, bytes } };
}

/** The last lines of a file, read from its end; a line whose end is still to come is none yet. */
async function tailOf(file: string, count: number) {
  return withFile(file, { texts: [] as string[], bytes: 0 }, async (handle) => {
    const { size } = await handle.stat();
    let from = size;
    let content = Buffer.alloc(0);
    // One more than is wanted: the first may be cut.
    while (from > 0 && linesIn(content) <= count + 1) {
      const length = Math.min(pieceBytes, from);
      from -= length;
      const piece = Buffer.alloc(length);
      const { bytesRead } = await handle.read(piece, 0, length, from);
      content = Buffer.concat([piece.subarray(0, bytesRead), content]);
    }
    const end = content.lastIndexOf('\n') + 1;
    const texts = content.toString('utf8', 0, end).split('\n').slice(0, -1);
    return { texts: count === 0 ? [] : texts.slice(-count), bytes: size - content.length + end };
  });
}

async function newsOf(paths: HomePaths, position: LogPosition) {
  const { name } = position;
  return withFile(logFile(paths, name), { lines: [] as LogLine[], position }, async (handle) => {
    const { size } = await handle.stat();
    // Smaller than it was: it was set aside, and begins anew.
    const bytes = size < position.bytes ? 0 : position.bytes;
    const piece = Buffer.alloc(Math.min(size - bytes, pieceBytes));
    const { bytesRead } = await handle.read(piece, 0, piece.length, bytes);
    // A sign of several bytes stays whole: a piece ends with a line.
    const end = piece.lastIndexOf('\n', bytesRead - 1) + 1;
    const texts = piece.toString('utf8', 0, end).split('\n').slice(0, -1);
    return { lines: parseAll(name, texts), position: { name, bytes: bytes + skipped(end, bytesRead) } };
  });
}

/** How far a piece was read: to the end of its last line; a piece that is one endless line is passed over whole. */
function skipped(end: number, bytesRead: number): number {
  return end === 0 && bytesRead === pieceBytes ? bytesRead : end;
}

/** A log that is not there has no lines. */
async function withFile<Result>(
  file: string,
  none: Result,
  work: (handle: Awaited<ReturnType<typeof open>>) => Promise<Result>,
): Promise<Result> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return none;
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

function linesIn(content: Buffer): number {
  let count = 0;
  for (const byte of content) if (byte === 10) count += 1;
  return count;
}

function parseAll(name: LogName, texts: readonly string[]): LogLine[] {
  return texts.filter((text) => text !== '').map((text) => parseLogLine(name, text));
}

/** By time; a line without one stays behind the one that it was written after. */
function inOrder(logs: readonly (readonly LogLine[])[]): LogLine[] {
  const timed = logs.flatMap((lines) => {
    let lastMs = 0;
    return lines.map((line) => {
      lastMs = line.timeMs ?? lastMs;
      return { line, timeMs: lastMs };
    });
  });
  return timed.sort((a, b) => a.timeMs - b.timeMs).map(({ line }) => line);
}
