import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyRing, migrateLibrary, openLibrary } from '@shoal/library';
import { migrations, models } from '@shoal/models';
import {
  addLibrary,
  type HomeLibrary,
  homePaths,
  initHome,
  lockHome,
  newLibraryFile,
  readHome,
} from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repair } from './repair.ts';
import { runDoctor } from './run-doctor.ts';

/** A home that stands still, with a library; each test breaks something of it. */
let folder: string;
let dir: string;
let library: HomeLibrary;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-doctor-'));
  dir = join(folder, 'home');
  const home = await initHome({ dir });
  library = await addLibrary(home.paths, newLibraryFile({ name: 'ours' }));
  await migrateLibrary(library.paths.libraryDb, migrations);
});
afterEach(() => rm(folder, { recursive: true }));

const nats = process.execPath;
const look = (home = dir) =>
  runDoctor({
    home,
    natsServer: nats,
    configFile: { path: '/config.json', entries: {} },
    configProblem: undefined,
    isDeep: true,
  });

/** What is not as it should be; the program that stands for nats-server is another one. */
async function complaints(home = dir): Promise<string[]> {
  const findings = await look(home);
  return findings
    .filter(({ verdict, check }) => verdict !== 'ok' && check !== 'nats-server')
    .map(({ check }) => check);
}

/** All files with a digest of what is in them. */
async function digests(): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digest = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await digest(file)])));
}

test('a device that stands still and is well has no complaints, and not a byte of it changes', async () => {
  const before = await digests();
  expect(await complaints()).toEqual([]);
  expect(await digests()).toEqual(before);
});

test('a folder that is not there, and one in which no device lives, are said to be that', async () => {
  expect(await complaints(join(folder, 'none'))).toEqual(['home']);
  expect(await complaints(folder)).toContain('home');
});

test('one broken file hides nothing else that is wrong', async () => {
  await writeFile(join(dir, 'config.json'), '{');
  await writeFile(library.paths.file, '{}');
  await writeFile(
    library.paths.libraryDb,
    'no database at all, and long enough to be read as the beginning of one',
  );
  await writeFile(library.paths.syncDb, '', { mode: 0o600 });
  expect(await complaints()).toEqual(['home', 'library.json', 'library.db']);
});

test('[REP-6] a copied home is said to be one, and is not mended before somebody said which it is', async () => {
  const copy = join(folder, 'copy');
  await cp(dir, copy, { recursive: true });
  expect(await complaints(copy)).toContain('place');
  await expect(repair(copy)).rejects.toMatchObject({ code: 'home-elsewhere' });
});

test('the database of a newer program, and a home that somebody holds, are told', async () => {
  const db = await readFile(library.paths.libraryDb);
  // user_version stands at byte 60 of the file.
  db.writeUInt32BE(migrations.length + 1, 60);
  await writeFile(library.paths.libraryDb, db);
  const lock = await lockHome(homePaths(dir));
  try {
    const findings = await look();
    expect(findings.find(({ check }) => check === 'lock')?.found).toBe(`process ${process.pid} runs on it`);
    expect(findings.filter(({ check, verdict }) => check === 'service' && verdict === 'fail')).toHaveLength(
      5,
    );
    expect(findings.find(({ check }) => check === 'library.db')).toMatchObject({
      verdict: 'fail',
      found: `schema ${migrations.length + 1}, this program knows ${migrations.length}`,
    });
  } finally {
    await lock.release();
  }
});

test('[S2-32] a row that another program wrote is found, and synced by the repair, once', async () => {
  const { libraryId, paths, keys, currentKey } = library;
  const open = async () => {
    const { deviceId } = (await readHome(dir)).config;
    const ring = keyRing(keys, currentKey);
    return openLibrary({ path: paths.libraryDb, libraryId, device: deviceId, ring, models, migrations });
  };
  const before = await open();
  before.store.db.exec(
    "insert into tags (uuid, canonical_name) values ('0190c4a0-0000-7000-8000-000000000001', 'by hand')",
  );
  before.close();
  expect(await complaints()).toEqual(['strays']);
  expect(await repair(dir)).toEqual([
    'synced what another program had added: tag 0190c4a0-0000-7000-8000-000000000001 in ours',
  ]);
  expect([await complaints(), await repair(dir)]).toEqual([[], []]);
  const after = await open();
  expect(after.outboxCount()).toBe(1);
  after.close();
});
