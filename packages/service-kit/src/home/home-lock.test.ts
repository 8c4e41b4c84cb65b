import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeHolder, lockHome } from './home-lock.ts';
import { homePaths } from './home-paths.ts';
import { ownIdentity, startTimeOf } from './process-identity.ts';

let dir: string;
const paths = () => homePaths(dir);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a home in use is refused, naming the process, and free again after release', async () => {
  const lock = await lockHome(paths());
  await expect(lockHome(paths())).rejects.toMatchObject({
    code: 'home-in-use',
    message: expect.stringContaining(String(process.pid)),
  });
  expect(await homeHolder(paths())).toEqual(ownIdentity());
  await lock.release();
  expect(await homeHolder(paths())).toBeUndefined();
  await (await lockHome(paths())).release();
});

test.each([
  ['a pid that no process has', { pid: 2 ** 22 + 1, startTime: '1@x' }],
  ['a living pid that started at another time', { pid: process.pid, startTime: '1@other' }],
  ['nothing that parses', 'cut o'],
])('the lock of %s is taken over', async (_, stale) => {
  await writeFile(paths().lock, typeof stale === 'string' ? stale : JSON.stringify(stale));
  const lock = await lockHome(paths());
  expect(JSON.parse(await readFile(paths().lock, 'utf8'))).toMatchObject(ownIdentity());
  await lock.release();
  expect(await readdir(dir)).toEqual([]);
});

test('of sixteen that find a stale lock at once, one takes it over', async () => {
  await writeFile(paths().lock, JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1@x' }));
  const results = await Promise.allSettled(Array.from({ length: 16 }, () => lockHome(paths())));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(dir)).toEqual(['lock']);
});

test('a lock is taken over, too, where who began to take it over is gone', async () => {
  const gone = JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1@x' });
  for (const file of ['', '.taking', '.taking.taking']) await writeFile(`${paths().lock}${file}`, gone);
  const lock = await lockHome(paths());
  expect(await readdir(dir)).toEqual(['lock']);
  await lock.release();
});

test('while a living process takes a stale lock over, nobody else does', async () => {
  await writeFile(paths().lock, JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1@x' }));
  await writeFile(`${paths().lock}.taking`, JSON.stringify(ownIdentity()));
  await expect(lockHome(paths())).rejects.toMatchObject({ code: 'home-in-use' });
  await rm(`${paths().lock}.taking`);
  await (await lockHome(paths())).release();
});

test('a late release does not free the lock of another', async () => {
  const first = await lockHome(paths());
  await first.release();
  const second = await lockHome(paths());
  await first.release();
  await expect(lockHome(paths())).rejects.toMatchObject({ code: 'home-in-use' });
  await second.release();
});

test('a process has one start time as long as it lives, and a pid without process none', () => {
  expect(startTimeOf(process.pid)).toBe(startTimeOf(process.pid));
  expect(startTimeOf(process.ppid)).not.toBe(undefined);
  expect(startTimeOf(2 ** 22 + 1)).toBeUndefined();
  expect(startTimeOf(-1)).toBeUndefined();
});
