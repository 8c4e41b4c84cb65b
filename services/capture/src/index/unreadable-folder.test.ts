import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from './testing/temp-folder.ts';
import { blindWatch, hasty, startTestIndexer } from './testing/test-indexer.ts';

const nobody = 65_534;

/** Root reads everything: for the time of `run` we are somebody else. */
async function asNobody(run: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(nobody);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

test('a folder that cannot be listed is counted, and what is known below it stays', async () => {
  using folder = tempFolder();
  const closed = join(folder.path, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'inside'), 'inside');
  if (process.geteuid?.() === 0) for (const path of [folder.path, closed]) chownSync(path, nobody, nobody);
  await using run = await startTestIndexer({ path: folder.path, limits: hasty, watchFolder: blindWatch });
  await run.indexer.rescan(1);
  const before = run.store.keysByPath();
  expect(before.has('closed/inside')).toBe(true);
  for (const mode of [0o000, 0o400]) {
    chmodSync(closed, mode);
    await asNobody(async () => {
      const counts = await run.indexer.rescan(1);
      expect(counts.skipped).toEqual({ unreadable: 1 });
    });
    expect(run.store.keysByPath()).toEqual(before);
  }
  chmodSync(closed, 0o700);
  const counts = await run.indexer.rescan(1);
  expect(counts).toMatchObject({ skipped: {}, created: 0, deleted: 0 });
});
