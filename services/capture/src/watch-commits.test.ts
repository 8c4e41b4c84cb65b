import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { watchCommits } from './watch-commits.ts';

const within = { timeout: 20_000, interval: 5 };

function openDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-watch-'));
  const path = join(folder, 'some.db');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('create table things (id integer primary key)');
  const other = new Database(path);
  onTestFinished(() => {
    for (const open of [db, other]) open.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { wal: `${path}-wal`, write: () => other.exec('insert into things default values') };
}

test('[S0-57] a commit of another process is looked for soon, each time, and many of them together once', async () => {
  const { wal, write } = openDatabase();
  let looks = 0;
  const watch = watchCommits({ path: wal, restMs: 20, look: () => (looks += 1) });
  onTestFinished(() => watch.close());
  for (let turn = 0; turn < 3; turn += 1) {
    const before = looks;
    for (let count = 0; count < 50; count += 1) write();
    await expect.poll(() => looks, within).toBeGreaterThan(before);
  }
  expect(looks).toBeLessThan(100);
  expect(watch.isWatching()).toBe(true);
});

test('[S0-57] where nothing can be watched it says so, and has a look taken', () => {
  let looks = 0;
  const watch = watchCommits({ path: '/nowhere/at/all', restMs: 20, look: () => (looks += 1) });
  expect(watch.isWatching()).toBe(false);
  expect(looks).toBe(1);
  watch.close();
});
