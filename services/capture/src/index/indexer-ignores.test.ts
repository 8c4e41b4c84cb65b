import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytePath } from './byte-path.ts';
import { hashFile } from './content-hash.ts';
import { ignoredByGit } from './testing/ignored-by-git.ts';
import { createMemoryEntryStore } from './testing/memory-entry-store.ts';
import { tempFolder } from './testing/temp-folder.ts';
import { blindWatch, eventually, hasty, startTestIndexer, type TestIndexer } from './testing/test-indexer.ts';
import { treeOnDisk } from './testing/tree-on-disk.ts';

const quiet = { limits: hasty, watchFolder: blindWatch };
const only = (...patterns: string[]) => ({ isDefault: false, patterns });

/** Writes files by their paths, with the folders above them; each has content of its own. */
function plant(root: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

/** What the index holds, in order, without the root. */
const known = (run: TestIndexer) =>
  [...run.store.keysByPath().keys()].filter((path) => path !== '').toSorted();

test('what patterns leave out now goes with all below it, and what they do not leave out any more comes', async () => {
  using folder = tempFolder();
  plant(folder.path, 'a.raw', 'a.jpg', 'films/b.raw', 'films/c.mov', 'trip/day/d.jpg');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  const before = run.store.keysByPath();
  const read = run.filesRead();

  run.indexer.setIgnores(1, only('*.raw', '/trip/'));
  const counts = await run.indexer.rescan(1);
  expect(known(run)).toEqual(['a.jpg', 'films', 'films/c.mov']);
  expect(counts).toMatchObject({ created: 0, moved: 0, skipped: { ignored: 3 } });
  // Nothing that stayed was read, and it is what it was.
  expect(run.filesRead()).toBe(read);
  for (const path of known(run)) expect(run.store.keysByPath().get(path)).toBe(before.get(path));

  run.indexer.setIgnores(1, only('*.raw', '!b.raw'));
  await run.indexer.rescan(1);
  expect(known(run)).toEqual([
    'a.jpg',
    'films',
    'films/b.raw',
    'films/c.mov',
    'trip',
    'trip/day',
    'trip/day/d.jpg',
  ]);
  // What comes back is new, and was read; the rest was not.
  expect(run.filesRead()).toBe(read + 2);
  expect(run.store.keysByPath().get('trip')).not.toBe(before.get('trip'));

  run.indexer.setIgnores(1, only());
  await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('a change of rules is followed without being asked for, children deleted before their folders', async () => {
  using folder = tempFolder();
  plant(folder.path, 'a/b/c', 'a/d', 'e');
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await eventually(() => run.indexer.status(1)?.state === 'watching', 20_000);
  run.indexer.setIgnores(1, only('a'));
  expect(run.indexer.status(1)?.state).toBe('scanning');
  await eventually(() => run.store.keysByPath().size === 2, 20_000);
  const deleted = run.store.applied.flat().filter((change) => change.type === 'delete');
  expect(deleted).toHaveLength(4);
  await eventually(() => run.indexer.status(1)?.state === 'watching', 20_000);
});

test('rules that changed while nothing ran hold from the start', async () => {
  using folder = tempFolder();
  plant(folder.path, 'cache/x', 'cache/deep/y', 'keep');
  const store = createMemoryEntryStore();
  const first = await startTestIndexer({ path: folder.path, store, ...quiet });
  await first.indexer.rescan(1);
  expect(known(first)).toHaveLength(5);
  await first.indexer.stop();
  await using second = await startTestIndexer({ path: folder.path, store, patterns: ['cache/'], ...quiet });
  await second.indexer.rescan(1);
  expect(known(second)).toEqual(['keep']);
  expect(second.filesRead()).toBe(0);
});

test('rules that change while all is compared end that, and who waits for it gets the end by the new ones', async () => {
  using folder = tempFolder();
  for (let index = 0; index < 40; index++)
    plant(folder.path, `many/d${index}/f`, `few/d${index % 3}/f${index}`);
  let isChanged = false;
  await using run = await startTestIndexer({
    path: folder.path,
    ...quiet,
    hashFile: async (file) => {
      if (!isChanged) {
        isChanged = true;
        run.indexer.setIgnores(1, only('many/'));
      }
      return hashFile(file);
    },
  });
  await run.indexer.rescan(1);
  expect(isChanged).toBe(true);
  expect(known(run).filter((path) => path.startsWith('many'))).toEqual([]);
  expect(known(run)).toHaveLength(4 + 40);
});

test('a file that moves across the border goes or comes; one that moves within keeps its entry', async () => {
  using folder = tempFolder();
  const at = (path: string) => join(folder.path, path);
  plant(folder.path, 'in/stays', 'in/leaves', 'in/sub/leaves too', 'out/comes', 'out/sub/comes too');
  await using run = await startTestIndexer({ path: folder.path, patterns: ['out/'], ...quiet });
  await run.indexer.rescan(1);
  expect(known(run)).toEqual(['in', 'in/leaves', 'in/stays', 'in/sub', 'in/sub/leaves too']);
  const key = run.store.keysByPath().get('in/stays');
  renameSync(at('in/stays'), at('in/stayed'));
  renameSync(at('in/leaves'), at('out/left'));
  renameSync(at('in/sub'), at('out/gone'));
  renameSync(at('out/comes'), at('in/came'));
  renameSync(at('out/sub'), at('in/arrived'));
  await run.indexer.rescan(1);
  expect(known(run)).toEqual(['in', 'in/arrived', 'in/arrived/comes too', 'in/came', 'in/stayed']);
  expect(run.store.keysByPath().get('in/stayed')).toBe(key);
});

test('an entry whose own name is left out now is not taken for moved by a hard link that stays', async () => {
  using folder = tempFolder();
  plant(folder.path, 'a.raw');
  linkSync(join(folder.path, 'a.raw'), join(folder.path, 'a.jpg'));
  await using run = await startTestIndexer({ path: folder.path, ...quiet });
  await run.indexer.rescan(1);
  const key = run.store.keysByPath().get('a.jpg');
  run.indexer.setIgnores(1, only('*.raw'));
  await run.indexer.rescan(1);
  expect(run.store.keysByPath()).toEqual(
    new Map([
      ['', 1],
      ['a.jpg', key],
    ]),
  );
});

test('a folder that is left out is never entered, and a link is left out by its own name', async () => {
  using folder = tempFolder();
  plant(folder.path, 'closed/x', 'seen');
  symlinkSync('seen', join(folder.path, 'closed-link'));
  chmodSync(join(folder.path, 'closed'), 0o000);
  await using run = await startTestIndexer({ path: folder.path, patterns: ['closed*'], ...quiet });
  const counts = await run.indexer.rescan(1);
  expect(known(run)).toEqual(['seen']);
  expect(counts).toMatchObject({ folders: 1, skipped: { ignored: 2 } });
  chmodSync(join(folder.path, 'closed'), 0o700);
});

test('names that are not UTF-8 are left out and come back without loss', async () => {
  using folder = tempFolder();
  const bytes = Buffer.concat([Buffer.from(`${folder.path}/gr`), Buffer.from([0xfc]), Buffer.from('n')]);
  mkdirSync(bytes);
  writeFileSync(Buffer.concat([bytes, Buffer.from('/'), Buffer.from([0xff, 0x41])]), 'x');
  await using run = await startTestIndexer({ path: folder.path, patterns: ['gr\\\\xfcn/'], ...quiet });
  await run.indexer.rescan(1);
  expect(known(run)).toEqual([]);
  run.indexer.setIgnores(1, only('\\\\xff?'));
  await run.indexer.rescan(1);
  expect(known(run)).toEqual([
    bytePath(Buffer.concat([Buffer.from('gr'), Buffer.from([0xfc]), Buffer.from('n')])),
  ]);
  run.indexer.setIgnores(1, only());
  await run.indexer.rescan(1);
  expect(run.tree()).toEqual(treeOnDisk(folder.path));
});

test('the root stays whatever the patterns are', async () => {
  using folder = tempFolder();
  plant(folder.path, 'a', 'b/c');
  await using run = await startTestIndexer({ path: folder.path, patterns: ['*', '.*', '/**'], ...quiet });
  await run.indexer.rescan(1);
  expect([...run.store.keysByPath().keys()]).toEqual(['']);
});

test('after any changes of any rules the index is what the manual of git leaves of the disk, and no file is read twice', async () => {
  const names = fc.constantFrom('a', 'b', 'ab', '.a', 'a.b');
  const paths = fc.uniqueArray(fc.array(names, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 10,
    selector: (path) => path.join('/'),
  });
  const pattern = fc.constantFrom(
    ...[
      'a',
      'b/',
      '/a',
      '/a/',
      '*b',
      '!a',
      '!b/',
      'a/*',
      'a/**',
      '!a/b',
      '**/ab',
      '.*',
      '*',
      '!*/',
      '?',
      '[!a]',
      'a/b',
      '!*.b',
    ],
  );
  using folder = tempFolder();
  await fc.assert(
    fc.asyncProperty(
      paths,
      fc.array(fc.array(pattern, { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      async (all, changes) => {
        const root = mkdtempSync(join(folder.path, 'root-'));
        const files = all.filter(
          (path) =>
            !all.some(
              (other) => other.length > path.length && path.every((name, index) => name === other[index]),
            ),
        );
        for (const path of files) {
          plant(root, path.join('/'));
          utimesSync(join(root, ...path), 1_000, 1_000);
        }
        const disk = treeOnDisk(root).map((line) => line.split(' | ') as [string, string]);
        const whole = disk.flatMap(([path, kind]) =>
          path === '' ? [] : [kind === 'directory' ? `${path}/` : path],
        );
        await using run = await startTestIndexer({ path: root, ...quiet });
        let shown = new Set<string>();
        let reads = 0;
        for (const patterns of [[], ...changes]) {
          run.indexer.setIgnores(1, only(...patterns));
          await run.indexer.rescan(1);
          const ignored = ignoredByGit(patterns, whole);
          const expected = whole.filter((path) => !ignored.has(path));
          expect(known(run)).toEqual(expected.map((path) => path.replace(/\/$/, '')).toSorted());
          reads += expected.filter((path) => !path.endsWith('/') && !shown.has(path)).length;
          shown = new Set(expected);
        }
        expect(run.filesRead()).toBe(reads);
      },
    ),
    { numRuns: 25 },
  );
});
