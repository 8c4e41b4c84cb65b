import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes } from '@shoal/client';
import { errorCatalogue, type LibraryId } from '@shoal/core';
import { type DeviceProcess, type Fleet, runShoal, startFleet, startShoal, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTag } from './write-tag.ts';

/**
 * What a person does with a device from day to day. The hazard of the leaving: a library is left while its services have
 * its files open, or while something in it is nowhere else. Then rows are lost, or a service writes into files that
 * nobody opens again. The method: real devices, one of which leaves while it runs, comes back by the invitation, and
 * one of which leaves while it is stopped.
 */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  await fleet.converged();
});
afterAll(() => fleet?.close());

const patience = { timeout: 240_000 };
const shoal = (device: DeviceProcess, ...args: string[]) =>
  runShoal([...args, '--json', '--home', device.home.paths.dir], { ledger: fleet.ledger });

async function ask<T>(device: DeviceProcess, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await shoal(device, ...args);
  if (code !== 0) throw new Error(`shoal ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

const write = async (device: DeviceProcess, name: string) =>
  writeTag(await device.gateway(), { libraryId: fleet.libraryId, fields: { canonical_name: name } });

/** Rows of tags in a library.db that nobody has open any more, which has to be whole. */
function tagsIn(folder: string): number {
  const db = new DatabaseSync(join(folder, 'library.db'));
  try {
    expect(db.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    return Number(db.prepare('select count(*) as tags from tags').get()!.tags);
  } finally {
    db.close();
  }
}

test(
  'a person follows a device: peers by name, changes as they come, and the end of what is under way',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    const watching = startShoal(['status', '--watch', '--json', '--home', a.home.paths.dir], {
      ledger: fleet.ledger,
    });
    const first = JSON.parse(await watching.line((line) => line.startsWith('[')));
    expect(first).toMatchObject([
      { device: { name: 'device-a' }, log: { peers: [{ name: 'device-b', behind: 0 }] } },
    ]);

    const files = join(fleet.folder.path, 'files');
    for (let at = 0; at < 20; at += 1) {
      await mkdir(join(files, `${at}`), { recursive: true });
      await writeFile(join(files, `${at}`, 'file.txt'), `${at}`);
    }
    const added = await ask<{ id: string }>(a, 'location', 'add', files, '--wait');
    expect(await ask(a, 'location', 'list')).toMatchObject([
      { id: added.id, state: 'watching', entries: 41 },
    ]);
    expect(await ask(a, 'wait', '--timeout', '60')).toMatchObject({ libraries: [{ name: 'fleet' }] });
    await fleet.converged({ isWanted: (lines) => lines.length > 41 });
    expect(await ask(b, 'wait')).toMatchObject({ libraries: [{ name: 'fleet' }] });

    await watching.line((line) => line.includes('"entry":41'));
    watching.signal('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    const told = stdout.trimEnd().split('\n');
    expect(new Set(told).size).toBe(told.length);
  },
);

test(
  'a device that runs leaves a library, keeps its rows aside, and comes back by an invitation',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    const id = uuidFromBytes<LibraryId>(fleet.libraryId, 'library_id');
    const place = a.home.paths.library(id).dir;
    await write(a, 'first');
    await fleet.converged({ isWanted: (lines) => lines.some((line) => line.includes('first')) });
    const invitation = join(fleet.folder.path, 'invitation.json');
    await ask(b, 'library', 'invite', invitation);

    const { keptIn } = await ask<{ keptIn: string }>(a, 'library', 'leave', 'fleet', '--yes');
    expect(existsSync(place)).toBe(false);
    expect((await stat(keptIn)).mode & 0o777).toBe(0o700);
    expect(tagsIn(keptIn)).toBe(1);
    expect(await ask(a, 'library', 'list')).toEqual([]);

    // At once: nothing of the library that was left is open any more.
    await ask(a, 'library', 'join', invitation);
    await until('A is there again', async () => (await shoal(a, 'status')).code === 0, {
      deadlineMs: 30_000,
    });
    await write(b, 'second');
    const lines = await fleet.converged({
      isWanted: (lines) => ['first', 'second'].every((name) => lines.some((line) => line.includes(name))),
    });
    expect(lines.length).toBeGreaterThan(0);
  },
);

test('what is on no other device keeps a library from being left, until it is forced', patience, async () => {
  const [a] = fleet.devices as [DeviceProcess];
  const { libraryId } = await ask<{ libraryId: LibraryId }>(a, 'library', 'create', 'alone');
  const place = a.home.paths.library(libraryId).dir;
  await until('it is open', async () => (await shoal(a, 'status', '--library', 'alone')).code === 0);
  const refused = await shoal(a, 'library', 'leave', 'alone', '--yes');
  expect(refused).toMatchObject({ code: errorCatalogue['not-shared'].exitCode, stdout: '' });
  expect(JSON.parse(refused.stderr)).toMatchObject({
    code: 'not-shared',
    message: expect.stringMatching(/^library alone: \d+ changes? /),
  });
  expect(existsSync(place)).toBe(true);
  const left = await ask(a, 'library', 'leave', 'alone', '--yes', '--force', '--delete-data');
  expect(left).toEqual({ libraryId, name: 'alone', keptIn: null });
  expect(existsSync(place)).toBe(false);
  expect(await ask(a, 'library', 'list')).toMatchObject([{ name: 'fleet' }]);
});

test(
  'a device that does not run is started to see what others have, and left stopped',
  patience,
  async () => {
    const [, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    await b.stop();
    const { keptIn } = await ask<{ keptIn: string }>(b, 'library', 'leave', 'fleet', '--yes');
    expect(tagsIn(keptIn)).toBe(2);
    expect(await shoal(b, 'status')).toMatchObject({ code: errorCatalogue.unavailable.exitCode });
  },
);
