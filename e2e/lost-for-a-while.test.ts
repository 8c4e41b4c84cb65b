import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { findNatsServer } from '@shoal/bus';
import { uuidFromBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import {
  type DeviceProcess,
  type Fleet,
  runShoal,
  startFleet,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canMount, type Mounted, mountAt } from './testing/mounted.ts';
import { writeTag } from './write-tag.ts';

/**
 * The hazard: something that a device stands on is away for a while: the disk of a location, the program nats-server, the
 * right to write its home. What is there must stay, the state must say it, and with its return all must go on by itself.
 */
let fleet: Fleet;
let programs: TempFolder;
let nats: string;
let a: DeviceProcess;
let b: DeviceProcess;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  programs = await tempFolder('programs');
  nats = join(programs.path, 'nats-server');
  await copyFile(findNatsServer(), nats);
  fleet = await startFleet({ env: { SHOAL_NATS_SERVER: nats } });
  [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
});
afterAll(async () => {
  for (const each of undo.splice(0).reverse()) await each();
  await fleet?.close();
  await programs?.remove();
});

const patience = { timeout: 300_000 };
const shoal = (device: DeviceProcess, ...args: string[]) =>
  runShoal([...args, '--home', device.home.paths.dir], { ledger: fleet.ledger });
const ask = async (device: DeviceProcess, ...args: string[]) =>
  JSON.parse((await shoal(device, ...args, '--json')).stdout);
const namesOn = async (device: DeviceProcess) =>
  (await fleet.dump(device))
    .map((line) => JSON.parse(line))
    .filter(({ model }) => model === 'entry')
    .map(({ name }) => String(name))
    .sort();
const statusOf = async (device: DeviceProcess) =>
  (await device.gateway()).getStatus({ libraryId: fleet.libraryId });
const headOf = async (device: DeviceProcess) => (await statusOf(device)).log?.headSeq;
const stateOf = async (path: string) =>
  (await statusOf(a)).capture?.locations.find((location) => location.path === path)?.state;
const natsLost = () => a.supervisor().output().stderr;

test.skipIf(!canMount)(
  'the disk of a location is pulled out: its entries stay on every device, and only true changes follow its return',
  patience,
  async () => {
    const folder = await tempFolder('stick');
    undo.push(() => folder.remove());
    const root = join(folder.path, 'stick');
    const elsewhere = join(folder.path, 'elsewhere');
    for (const path of [root, elsewhere]) await mkdir(path);
    const stick: Mounted = await mountAt(root, 16 * 1024 * 1024);
    undo.push(() => stick.unmount());
    await mkdir(join(root, 'photos'));
    for (const name of ['one', 'two', 'three']) await writeFile(join(root, 'photos', name), `photo ${name}`);
    await ask(a, 'location', 'add', root);
    const all = ['one', 'photos', 'stick', 'three', 'two'];
    await until('B has the index', async () => String(await namesOn(b)) === String(all));
    await until('A is idle', async () => (await stateOf(root)) === 'watching');
    const head = await headOf(a);

    // Pulled out: what was below the mount point shows, with something that a program left there.
    stick.moveTo(elsewhere);
    await writeFile(join(root, '.left-here'), '');
    await until('the state says it', async () => (await stateOf(root)) === 'unavailable');
    const [lost] = await ask(a, 'location', 'list');
    expect(lost).toMatchObject({ entries: 5, error: expect.stringMatching(/its entries stay as they are/) });
    expect(await shoal(a, 'location', 'rescan', root)).toMatchObject({
      code: 8,
      stderr: expect.stringMatching(/^location-unavailable: another folder .* --accept-new-root/),
    });
    expect(await namesOn(b)).toEqual(all);

    await rm(join(elsewhere, 'photos', 'two'));
    stick.moveTo(root);
    const less = all.filter((name) => name !== 'two');
    await until('B hears of what is gone', async () => String(await namesOn(b)) === String(less));
    expect(await namesOn(a)).toEqual(less);
    await until('it is watched again', async () => (await stateOf(root)) === 'watching');
    const [back] = await ask(a, 'location', 'list');
    expect(back).toMatchObject({ state: 'watching', entries: 4, error: null });
    // A delete, and what the location's own record says it holds.
    expect((await headOf(a))! - head!).toBeLessThanOrEqual(4);

    // Another stick stays for good.
    stick.moveTo(elsewhere);
    await until('the state says it', async () => (await stateOf(root)) === 'unavailable');
    const counts = await ask(a, 'location', 'rescan', root, '--accept-new-root');
    expect(counts).toMatchObject({ created: 1, deleted: 3 });
    await until('B has the other one', async () => String(await namesOn(b)) === '.left-here,stick');
  },
);

test(
  'nats-server dies and is gone: it is said once, what is written on the device is kept, and follows its return',
  patience,
  async () => {
    const files = await tempFolder('files');
    undo.push(() => files.remove());
    await ask(a, 'location', 'add', files.path);
    await until('it is watched', async () => (await stateOf(files.path)) === 'watching');
    await rm(nats);
    process.kill(await a.pidOf('nats'), 'SIGKILL');
    await until('it is said', () => /nats: .*install it: apt-get install nats-server/.test(natsLost()));
    await writeFile(join(files.path, 'written-meanwhile'), 'kept');
    const id = uuidFromBytes<LibraryId>(fleet.libraryId, 'library_id');
    const db = new DatabaseSync(a.home.paths.library(id).libraryDb, { readOnly: true });
    await until('it is captured', () => {
      const sql =
        "select count(*) as rows from entries where name = 'written-meanwhile' and uuid is not null";
      return db.prepare(sql).get()!.rows === 1;
    });
    db.close();
    const status = await ask(a, 'status');
    expect(status[0].problems).toEqual([expect.objectContaining({ service: 'nats', code: 'unavailable' })]);

    await copyFile(findNatsServer(), nats);
    await until('B has it', async () => (await namesOn(b)).includes('written-meanwhile'), {
      deadlineMs: 60_000,
    });
    expect(natsLost().match(/nats: /g)).toHaveLength(1);
  },
);

test.skipIf(!canMount)(
  'a home that may not be written: a start is refused, what runs goes on, and what dies comes back with the right to write',
  patience,
  async () => {
    const { dir } = a.home.paths;
    execFileSync('mount', ['--bind', dir, dir]);
    execFileSync('mount', ['-o', 'remount,ro,bind', dir]);
    let isMounted = true;
    const unmount = () => {
      if (isMounted) execFileSync('umount', ['--lazy', dir]);
      isMounted = false;
    };
    undo.push(unmount);
    const gone = await a.pidOf('ingest');
    process.kill(gone, 'SIGKILL');
    await until('it is said', () => /ingest: .*\.log could not be opened for writing/.test(natsLost()));
    await writeTag(await a.gateway(), { libraryId: fleet.libraryId, fields: { canonical_name: 'still' } });
    const status = await ask(a, 'status');
    expect(status[0].problems).toContainEqual(expect.objectContaining({ service: 'ingest' }));

    await a.stop();
    expect(await shoal(a, 'up')).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/^read-only: .*device-a/),
    });
    unmount();
    await a.start();
    await fleet.converged({ isWanted: (lines) => lines.some((line) => line.includes('"still"')) });
  },
);
