import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashFile } from './content-hash.ts';
import { isReady } from './entry-store.ts';
import { tempFolder } from './testing/temp-folder.ts';
import { blindWatch, eventually, hasty, startTestIndexer } from './testing/test-indexer.ts';
import { treeOnDisk } from './testing/tree-on-disk.ts';

const quiet = { limits: hasty, watchFolder: blindWatch };

test('the index of a folder is what is on disk: folders, files, links, the root', async () => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'a/b/c'), { recursive: true });
  writeFileSync(join(folder.path, 'a/One.TXT'), 'one');
  writeFileSync(join(folder.path, 'a/b/empty'), '');
  symlinkSync('/etc', join(folder.path, 'a/link'));
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  const counts = await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
  expect(counts.skipped).toEqual({});
  const one = run.store.entries.get(run.store.keysByPath().get('a/One.TXT')!)!;
  expect(one).toMatchObject({
    name: 'One.TXT',
    extension: 'txt',
    content: { mimeType: 'text/plain', kind: 'text', byteSize: 3 },
  });
  expect([...run.store.entries.values()].every(isReady)).toBe(true);
});

test('a second start reads no unchanged file and writes nothing', async () => {
  using folder = tempFolder();
  for (let index = 0; index < 20; index++) writeFileSync(join(folder.path, `f${index}`), `content ${index}`);
  const first = await startTestIndexer({ path: folder.path, ...quiet });
  await first.indexer.rescan(1);
  expect(first.filesRead()).toBe(20);
  await first.indexer.stop();
  const writes = first.store.applied.length;
  await using second = await startTestIndexer({ path: folder.path, store: first.store, ...quiet });
  const counts = await second.indexer.rescan(1);
  expect(second.filesRead()).toBe(0);
  expect(counts.filesRead).toBe(0);
  expect(second.store.applied.length).toBe(writes);
});

test('what happened while nothing ran is found at the next start: moves keep their entries', async () => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'old/deep'), { recursive: true });
  mkdirSync(join(folder.path, 'other'));
  for (const name of ['old/deep/x', 'old/y', 'other/z', 'other/gone'])
    writeFileSync(join(folder.path, name), name);
  const first = await startTestIndexer({ path: folder.path, ...quiet });
  await first.indexer.rescan(1);
  await first.indexer.stop();
  const before = first.store.keysByPath();
  renameSync(join(folder.path, 'old'), join(folder.path, 'other/new'));
  renameSync(join(folder.path, 'other/z'), join(folder.path, 'other/new/deep/z2'));
  unlinkSync(join(folder.path, 'other/gone'));
  await using second = await startTestIndexer({ path: folder.path, store: first.store, ...quiet });
  const counts = await second.indexer.rescan(1);
  expect(second.tree()).toEqual(treeOnDisk(folder.path));
  const after = second.store.keysByPath();
  expect(after.get('other/new')).toBe(before.get('old'));
  expect(after.get('other/new/deep/x')).toBe(before.get('old/deep/x'));
  expect(after.get('other/new/deep/z2')).toBe(before.get('other/z'));
  expect(second.filesRead()).toBe(0);
  expect(counts.created).toBe(0);
});

test('an editor that saves by rename keeps the entry; its content is another', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'text'), 'before');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  const key = run.store.keysByPath().get('text');
  writeFileSync(join(folder.path, '.text.new'), 'after, and longer');
  await run.indexer.rescan(1);
  renameSync(join(folder.path, '.text.new'), join(folder.path, 'text'));
  await run.indexer.rescan(1);
  expect(run.store.keysByPath()).toEqual(
    new Map([
      ['', 1],
      ['text', key],
    ]),
  );
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('a deleted file whose inode number a new one takes does not pass on its entry', async () => {
  using folder = tempFolder();
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  for (let round = 0; round < 5; round++) {
    writeFileSync(join(folder.path, `old${round}`), 'old');
    await run.indexer.rescan(1);
    const key = run.store.keysByPath().get(`old${round}`);
    unlinkSync(join(folder.path, `old${round}`));
    writeFileSync(join(folder.path, `new${round}`), 'new');
    await run.indexer.rescan(1);
    expect(run.store.keysByPath().get(`new${round}`)).not.toBe(key);
    unlinkSync(join(folder.path, `new${round}`));
  }
});

test('hard links are entries of their own, and one of them is renamed alone', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'a'), 'shared');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  linkSync(join(folder.path, 'a'), join(folder.path, 'b'));
  await run.indexer.rescan(1);
  const before = run.store.keysByPath();
  expect(before.size).toBe(3);
  renameSync(join(folder.path, 'a'), join(folder.path, 'c'));
  await run.indexer.rescan(1);
  expect(run.store.keysByPath().get('b')).toBe(before.get('b'));
  expect(run.store.keysByPath().get('c')).toBe(before.get('a'));
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('names that are not UTF-8 are told apart, kept in bytes and shown escaped', async () => {
  using folder = tempFolder();
  const bytes = Buffer.concat([Buffer.from(`${folder.path}/gr`), Buffer.from([0xfc]), Buffer.from('n')]);
  mkdirSync(bytes);
  writeFileSync(Buffer.concat([bytes, Buffer.from('/'), Buffer.from([0xff, 0x41])]), 'x');
  writeFileSync(join(folder.path, 'gr\\xfcn'), 'literal');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
  const names = [...run.store.entries.values()].map((entry) => [entry.name, entry.nameBytes === null]);
  expect(names).toContainEqual(['gr\\xfcn', false]);
  expect(names).toContainEqual(['gr\\xfcn', true]);
  expect(names).toContainEqual(['\\xffA', false]);
  await run.indexer.rescan(1);
  expect(run.store.applied.length).toBe(1);
});

test('a file takes the name of a folder, and a folder the name of a file', async () => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'was-folder/sub'), { recursive: true });
  writeFileSync(join(folder.path, 'was-folder/sub/x'), 'x');
  writeFileSync(join(folder.path, 'was-file'), 'y');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  rmSync(join(folder.path, 'was-folder'), { recursive: true });
  rmSync(join(folder.path, 'was-file'));
  writeFileSync(join(folder.path, 'was-folder'), 'now a file');
  mkdirSync(join(folder.path, 'was-file'));
  writeFileSync(join(folder.path, 'was-file/in'), 'z');
  await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('sockets and pipes are skipped and counted; homes, patterns and the default list are left out', async () => {
  using folder = tempFolder();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder.path, 'sock'), resolve));
  try {
    spawnSync('mkfifo', [join(folder.path, 'pipe')]);
    for (const name of ['.shoal', 'build', 'keep']) mkdirSync(join(folder.path, name));
    for (const name of ['.shoal/token', 'build/out', 'keep/a.log', 'keep/b', '.DS_Store']) {
      writeFileSync(join(folder.path, name), 'x');
    }
    await using run = await startTestIndexer({
      path: folder.path,
      homes: [join(folder.path, '.shoal')],
      patterns: ['build/', '*.log'],
      ...quiet,
    });
    const counts = await run.indexer.rescan(1);
    expect([...run.store.keysByPath().keys()].toSorted()).toEqual(['', 'keep', 'keep/b']);
    expect(counts.skipped).toEqual({ socket: 1, fifo: 1, ignored: 4 });
  } finally {
    server.close();
  }
});

test('a location inside of the home is refused, and a path that is relative', async () => {
  using folder = tempFolder();
  await using run = await startTestIndexer({
    path: folder.path,
    homes: ['/nowhere', join(folder.path, 'home')],
    ...quiet,
  });
  mkdirSync(join(folder.path, 'home/libraries'), { recursive: true });
  const inside = { key: 2, path: join(folder.path, 'home/libraries') };
  await expect(run.indexer.addLocation(inside)).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(run.indexer.addLocation({ key: 2, path: 'here' })).rejects.toMatchObject({
    code: 'invalid-argument',
  });
  await expect(run.indexer.addLocation({ key: 1, path: folder.path })).rejects.toMatchObject({
    code: 'already-exists',
  });
  await expect(run.indexer.rescan(7)).rejects.toMatchObject({ code: 'not-found' });
});

test('a file that changes while it is read is identified later', async () => {
  using folder = tempFolder();
  const path = join(folder.path, 'growing');
  writeFileSync(path, 'first');
  let reads = 0;
  await using run = await startTestIndexer({
    path: folder.path,
    ...quiet,
    hashFile: async (file) => {
      reads += 1;
      return reads < 3 ? { state: 'changing' } : hashFile(file);
    },
  });
  await eventually(() => run.tree().length === 2, 20_000);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
  expect(reads).toBe(3);
});

test('a file that never settles is shown without content after a while, and loses the content it had', async () => {
  using folder = tempFolder();
  const path = join(folder.path, 'log');
  writeFileSync(path, 'first');
  let isChanging = false;
  await using run = await startTestIndexer({
    path: folder.path,
    ...quiet,
    limits: { ...hasty, patienceMs: 60 },
    hashFile: async (file) => (isChanging ? { state: 'changing' } : hashFile(file)),
  });
  await run.indexer.rescan(1);
  const key = run.store.keysByPath().get('log')!;
  expect(run.store.entries.get(key)?.contentHash).not.toBeNull();
  isChanging = true;
  appendFileSync(path, ' and more');
  void run.indexer.rescan(1);
  await eventually(() => run.store.entries.get(key)?.size === 14, 20_000);
  expect(run.store.entries.get(key)?.contentHash).toBeNull();
  isChanging = false;
  await eventually(() => run.store.entries.get(key)?.contentHash !== null, 20_000);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('a file that cannot be read is skipped and counted; one that was indexed keeps what is known', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'known'), 'known');
  let isReadable = true;
  await using run = await startTestIndexer({
    path: folder.path,
    ...quiet,
    hashFile: async (file) => (isReadable ? hashFile(file) : { state: 'unreadable', code: 'EACCES' }),
  });
  await run.indexer.rescan(1);
  const before = run.store.entries.get(run.store.keysByPath().get('known')!);
  isReadable = false;
  writeFileSync(join(folder.path, 'known'), 'edited, out of reach');
  writeFileSync(join(folder.path, 'new'), 'new');
  const counts = await run.indexer.rescan(1);
  expect(counts.skipped).toEqual({ unreadable: 2 });
  expect(run.store.entries.get(before!.key)).toEqual(before);
  expect(run.store.keysByPath().has('new')).toBe(false);
});

test('a store that fails for a while loses nothing', async () => {
  using folder = tempFolder();
  await using run = await startTestIndexer({
    path: folder.path,
    ...quiet,
    limits: { ...hasty, retryMinMs: 10 },
  });
  await run.indexer.rescan(1);
  writeFileSync(join(folder.path, 'a'), 'a');
  run.store.failNext(new Error('disk full'));
  await expect(run.indexer.rescan(1)).rejects.toThrow('disk full');
  await eventually(() => run.store.keysByPath().has('a'), 20_000);
  expect(run.indexer.status(1)).toMatchObject({ state: 'watching', error: null });
});

test('2,500 files in one folder arrive in transactions of at most 1,000 changes', async () => {
  using folder = tempFolder();
  for (let index = 0; index < 2_500; index++) writeFileSync(join(folder.path, `f${index}`), '');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  expect(run.store.entries.size).toBe(2_501);
  expect(run.store.applied.map((changes) => changes.length)).toEqual([1_000, 1_000, 501]);
});

test('an edit that keeps size and name is found by its time', async () => {
  using folder = tempFolder();
  const path = join(folder.path, 'same');
  writeFileSync(path, 'aaaa');
  utimesSync(path, 1_000, 1_000);
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  writeFileSync(path, 'bbbb');
  await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});
