import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytePath, rootPath } from './byte-path.ts';
import { type DiskEntry, diskEntry } from './disk-entry.ts';
import type { KnownEntry } from './entry-store.ts';
import { ignoreRules } from './ignore-rules.ts';
import { isSameRoot } from './is-same-root.ts';
import { createMemoryEntryStore } from './testing/memory-entry-store.ts';
import { tempFolder } from './testing/temp-folder.ts';

/** A root on a file system that tells no births, as FAT and network file systems: `number` is all that it says. */
async function rootOf(folder: string, number: string): Promise<{ known: KnownEntry; disk: DiskEntry }> {
  const found = diskEntry(rootPath, await stat(folder, { bigint: true })) as DiskEntry;
  const stamp = `${number}:0:0:0:0`;
  const disk = { ...found, fileId: `${number}:0`, facts: { ...found.facts, stamp } };
  const known = {
    key: 1,
    parent: null,
    name: 'root',
    nameBytes: null,
    kind: 'directory',
    size: 0,
    stamp,
  } as const;
  return { known: { ...known, modifiedAt: 0, contentHash: null }, disk };
}

/** Indexes `names` of a folder by hand: the root is entry 1, its files follow. */
async function indexed(folder: string, names: readonly string[]) {
  const store = createMemoryEntryStore();
  const { known, disk } = await rootOf(folder, '8:1');
  const created = await store.apply(1, [
    {
      type: 'create',
      ref: -1,
      parent: null,
      name: 'root',
      nameBytes: null,
      extension: '',
      kind: 'directory',
      facts: disk.facts,
      content: null,
    },
  ]);
  const root = created.get(-1)!;
  for (const name of names) {
    const { facts } = diskEntry(
      bytePath(name),
      await stat(join(folder, name), { bigint: true }),
    ) as DiskEntry;
    await store.apply(1, [
      {
        type: 'create',
        ref: -1,
        parent: root,
        name,
        nameBytes: null,
        extension: '',
        kind: 'file',
        facts,
        content: null,
      },
    ]);
  }
  const path = bytePath(folder);
  const rules = ignoreRules(path, { isDefault: false, patterns: [] }, []);
  const scan = { root: path, rules, statsMax: 8 };
  const isSame = (disk: DiskEntry) => isSameRoot({ store, location: 1, scan }, { ...known, key: root }, disk);
  return { disk, isSame };
}

const names = ['a', 'b', 'c', 'd', 'e'];

test('where births are not told a root of the same number is known by one of its files', async () => {
  using folder = tempFolder();
  for (const name of names) writeFileSync(join(folder.path, name), `content ${name}`);
  const { disk, isSame } = await indexed(folder.path, names);
  expect(await isSame(disk)).toBe(true);
  // Edited in place, and saved by rename: all but one.
  for (const name of ['a', 'b']) writeFileSync(join(folder.path, name), 'edited, and longer');
  for (const name of ['c', 'd', 'e']) {
    writeFileSync(join(folder.path, `${name}~`), 'saved anew');
    renameSync(join(folder.path, `${name}~`), join(folder.path, name));
  }
  expect(await isSame(disk)).toBe(true);
});

test('another card in the same slot, with the same number and the same names, is another one', async () => {
  using folder = tempFolder();
  const [slot, card] = [join(folder.path, 'slot'), join(folder.path, 'card')];
  for (const path of [slot, card]) mkdirSync(path);
  for (const name of names) writeFileSync(join(slot, name), `content ${name}`);
  const { disk, isSame } = await indexed(slot, names);
  for (const name of names) writeFileSync(join(card, name), `of another camera: ${name}`);
  renameSync(slot, join(folder.path, 'away'));
  renameSync(card, slot);
  expect(await isSame(disk)).toBe(false);
});

test('of another number half of the files must be as they were, and with the same one few files say nothing', async () => {
  using folder = tempFolder();
  for (const name of names) writeFileSync(join(folder.path, name), `content ${name}`);
  const { disk, isSame } = await indexed(folder.path, names);
  const other = { ...disk, fileId: '9:2:0', facts: { ...disk.facts, stamp: '9:2:0:0:0:0' } };
  expect(await isSame(other)).toBe(true);
  for (const name of ['a', 'b', 'c']) {
    writeFileSync(join(folder.path, `${name}~`), 'another');
    renameSync(join(folder.path, `${name}~`), join(folder.path, name));
  }
  expect(await isSame(other)).toBe(false);
  expect(await isSame(disk)).toBe(true);
  using small = tempFolder();
  writeFileSync(join(small.path, 'only'), 'one');
  const one = await indexed(small.path, ['only']);
  writeFileSync(join(small.path, 'only~'), 'edited and saved by rename');
  renameSync(join(small.path, 'only~'), join(small.path, 'only'));
  expect(await one.isSame(one.disk)).toBe(true);
});
