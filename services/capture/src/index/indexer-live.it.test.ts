import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from './testing/temp-folder.ts';
import { eventually, startTestIndexer, type TestIndexer } from './testing/test-indexer.ts';
import { treeOnDisk } from './testing/tree-on-disk.ts';

/** Create, edit, rename, move and delete show within a second; half of it is left to the sync. */
const visibleMs = 700;
/** A machine that is busy with something else may be late now and then; one that is late each time is too slow. */
const demand = { retry: 2 };
/** Where a test is about loss and not about time: a deadline for what hangs, on a busy machine too. */
const patienceMs = 20_000;

async function startLive(path: string): Promise<TestIndexer> {
  // The safety net is out of reach: only hints can tell.
  const run = await startTestIndexer({
    path,
    limits: { safetyNetMs: 3_600_000, blindSafetyNetMs: 3_600_000 },
  });
  await run.indexer.rescan(1);
  return run;
}

function equalsDisk(run: TestIndexer, path: string): boolean {
  return JSON.stringify(run.tree()) === JSON.stringify(treeOnDisk(path));
}

async function converges(run: TestIndexer, path: string, withinMs: number): Promise<number> {
  const difference = () => {
    const disk = treeOnDisk(path);
    const known = run.tree();
    const lost = disk.filter((line) => !known.includes(line)).slice(0, 5);
    return JSON.stringify({ lost, extra: known.filter((line) => !disk.includes(line)).slice(0, 5) });
  };
  return eventually(() => equalsDisk(run, path), withinMs, difference);
}

test(
  'create, edit, rename, move and delete show within a second, and moves keep the entry',
  demand,
  async () => {
    using folder = tempFolder();
    const at = (name: string) => join(folder.path, name);
    mkdirSync(at('a/b'), { recursive: true });
    writeFileSync(at('a/first'), 'first');
    await using run = await startLive(folder.path);
    const settle = () => converges(run, folder.path, visibleMs);
    const took: number[] = [];

    writeFileSync(at('a/b/new.txt'), 'hello');
    took.push(await settle());
    const key = run.store.keysByPath().get('a/b/new.txt');
    appendFileSync(at('a/b/new.txt'), ', more');
    took.push(await settle());
    renameSync(at('a/b/new.txt'), at('a/b/renamed.txt'));
    took.push(await settle());
    renameSync(at('a/b/renamed.txt'), at('a/moved.txt'));
    took.push(await settle());
    expect(run.store.keysByPath().get('a/moved.txt')).toBe(key);
    const folderKey = run.store.keysByPath().get('a');
    renameSync(at('a'), at('z'));
    took.push(await settle());
    expect(run.store.keysByPath().get('z')).toBe(folderKey);
    expect(run.store.keysByPath().get('z/moved.txt')).toBe(key);
    writeFileSync(at('z/b/under a renamed folder'), 'seen');
    took.push(await settle());
    appendFileSync(at('z/moved.txt'), ', edited under a renamed folder');
    took.push(await settle());
    unlinkSync(at('z/moved.txt'));
    took.push(await settle());
    rmSync(at('z'), { recursive: true });
    took.push(await settle());
    expect(took.length).toBe(9);
  },
);

test('a 10 MB file that is written in pieces shows within a second of its last byte', demand, async () => {
  using folder = tempFolder();
  await using run = await startLive(folder.path);
  const file = await open(join(folder.path, 'big.bin'), 'w');
  for (let piece = 0; piece < 40; piece++) await file.write(Buffer.alloc(256 * 1024, piece));
  await file.close();
  await converges(run, folder.path, visibleMs);
});

test('500 files unpacked into 100 new nested folders, the top folder renamed at once: nothing is lost', async () => {
  using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  await using run = await startLive(folder.path);
  for (let index = 0; index < 100; index++) {
    const nested = `top/d${index % 10}/e${index}/f`;
    mkdirSync(at(nested), { recursive: true });
    for (let file = 0; file < 5; file++) writeFileSync(at(`${nested}/file${file}`), `${index} ${file}`);
  }
  renameSync(at('top'), at('renamed'));
  await converges(run, folder.path, patienceMs);
  expect([...run.store.keysByPath().keys()].filter((path) => path.includes('/file')).length).toBe(500);
  // And what is renamed is still watched, down to its depths.
  writeFileSync(at('renamed/d3/e33/f/late'), 'late');
  await converges(run, folder.path, patienceMs);
});

test('an unpacking that goes on while its top folder is renamed twice loses nothing', async () => {
  using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  await using run = await startLive(folder.path);
  let top = 'top0';
  for (let index = 0; index < 90; index++) {
    if (index % 30 === 29) {
      const next = `top${index}`;
      renameSync(at(top), at(next));
      top = next;
    }
    mkdirSync(at(`${top}/d${index}/e`), { recursive: true });
    writeFileSync(at(`${top}/d${index}/e/x`), `${index}`);
    if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await converges(run, folder.path, patienceMs);
});

test('a folder moved out and back, and one moved in with content, are followed', async () => {
  using folder = tempFolder();
  using outside = tempFolder();
  const at = (name: string) => join(folder.path, name);
  mkdirSync(at('in/deep'), { recursive: true });
  writeFileSync(at('in/deep/x'), 'x');
  await using run = await startLive(folder.path);
  renameSync(at('in'), join(outside.path, 'out'));
  await converges(run, folder.path, patienceMs);
  writeFileSync(join(outside.path, 'out/deep/y'), 'y');
  renameSync(join(outside.path, 'out'), at('back'));
  await converges(run, folder.path, patienceMs);
  writeFileSync(at('back/deep/z'), 'z');
  await converges(run, folder.path, patienceMs);
});

test('two folders that change places, are edited inside and change back are followed', async () => {
  using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  for (const name of ['a', 'b']) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/x`), name);
  }
  await using run = await startLive(folder.path);
  const before = run.store.keysByPath();
  const swap = () => {
    renameSync(at('a'), at('t'));
    renameSync(at('b'), at('a'));
    renameSync(at('t'), at('b'));
  };
  swap();
  appendFileSync(at('a/x'), ', which was in b');
  await converges(run, folder.path, patienceMs);
  expect(run.store.keysByPath().get('a')).toBe(before.get('b'));
  expect(run.store.keysByPath().get('a/x')).toBe(before.get('b/x'));
  swap();
  appendFileSync(at('a/x'), ', in a again');
  swap();
  appendFileSync(at('a/x'), ', and once more');
  await converges(run, folder.path, patienceMs);
});

test('an edit through one hard link shows at the others, in other folders too', async () => {
  using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  mkdirSync(at('a'));
  mkdirSync(at('b'));
  writeFileSync(at('a/x'), 'x');
  linkSync(at('a/x'), at('b/y'));
  await using run = await startLive(folder.path);
  appendFileSync(at('b/y'), ' and more');
  await converges(run, folder.path, patienceMs);
});

test('what changes in a folder whose name is not UTF-8 is found without a hint', async () => {
  using folder = tempFolder();
  const bytes = Buffer.concat([Buffer.from(`${folder.path}/gr`), Buffer.from([0xfc]), Buffer.from('n')]);
  await using run = await startLive(folder.path);
  mkdirSync(bytes);
  await converges(run, folder.path, patienceMs);
  writeFileSync(Buffer.concat([bytes, Buffer.from('/inside')]), 'x');
  await converges(run, folder.path, patienceMs);
});

test('stop ends while a comparison runs, and the next start goes on from there', async () => {
  using folder = tempFolder();
  for (let index = 0; index < 60; index++) {
    mkdirSync(join(folder.path, `d${index}`));
    for (let file = 0; file < 20; file++)
      writeFileSync(join(folder.path, `d${index}/f${file}`), `${index} ${file}`);
  }
  const first = await startTestIndexer({ path: folder.path });
  await eventually(() => (first.indexer.status(1)?.counts.folders ?? 0) > 5, patienceMs);
  await first.indexer.stop();
  await using second = await startTestIndexer({ path: folder.path, store: first.store });
  await second.indexer.rescan(1);
  await converges(second, folder.path, patienceMs);
});

test('what a change of rules brings back is followed live from then on, and what it leaves out gives no hints', async () => {
  using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  for (const name of ['raw/day', 'films/day', 'other']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('raw/day/a'), 'a');
  writeFileSync(at('films/day/b'), 'b');
  await using run = await startLive(folder.path);
  const known = () => [...run.store.keysByPath().keys()].toSorted();
  run.indexer.setIgnores(1, { isDefault: true, patterns: ['/raw/'] });
  await eventually(() => known().join() === ',films,films/day,films/day/b,other', patienceMs);
  run.indexer.setIgnores(1, { isDefault: true, patterns: ['/films/'] });
  await eventually(() => known().join() === ',other,raw,raw/day,raw/day/a', patienceMs);
  await eventually(() => run.indexer.status(1)?.state === 'watching', patienceMs);

  // Both worlds change; the one that is left out leaves no trace, also where a file crosses the border.
  writeFileSync(at('films/day/late'), 'late');
  writeFileSync(at('raw/day/late'), 'late');
  await eventually(() => known().includes('raw/day/late'), patienceMs);
  renameSync(at('raw/day/late'), at('films/day/later'));
  renameSync(at('films/day/b'), at('raw/day/b'));
  await eventually(() => known().join() === ',other,raw,raw/day,raw/day/a,raw/day/b', patienceMs);

  run.indexer.setIgnores(1, { isDefault: true, patterns: [] });
  await converges(run, folder.path, patienceMs);
  appendFileSync(at('films/day/later'), ', and edited');
  await converges(run, folder.path, patienceMs);
});
