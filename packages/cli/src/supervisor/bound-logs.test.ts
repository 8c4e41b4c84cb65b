import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boundLogs } from './bound-logs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-logs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const small = { bytesMax: 10, keptMax: 3, lookMs: 60_000 };
const read = (name: string) => readFile(join(folder, name), 'utf8');
/** One look. */
const look = () => boundLogs(folder, small).stop();

test('a log that grows while it is written is set aside and begins anew, and three older ones are kept', async () => {
  const log = await open(join(folder, 'capture.log'), 'a', 0o600);
  try {
    for (const line of ['one', 'two', 'three', 'four', 'five']) {
      await log.appendFile(`${line}, and so on\n`);
      await look();
    }
    await log.appendFile('six\n');
  } finally {
    await log.close();
  }
  expect((await readdir(folder)).sort()).toEqual([
    'capture.log',
    'capture.log.1',
    'capture.log.2',
    'capture.log.3',
  ]);
  expect((await stat(join(folder, 'capture.log.1'))).mode & 0o777).toBe(0o600);
  expect(await read('capture.log')).toBe('six\n');
  expect(await read('capture.log.1')).toBe('five, and so on\n');
  expect(await read('capture.log.3')).toBe('three, and so on\n');
});

test('a log that is small, and what is no log, stay as they are', async () => {
  await writeFile(join(folder, 'nats.log'), 'short\n');
  await writeFile(join(folder, 'notes.txt'), 'longer than ten bytes');
  await look();
  expect((await readdir(folder)).sort()).toEqual(['nats.log', 'notes.txt']);
});

test('a folder that is not there yet is no failure', async () => {
  await boundLogs(join(folder, 'none'), small).stop();
});
