import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { uuidFromBytes } from '@shoal/client';
import { errorCatalogue, type LibraryId } from '@shoal/core';
import { readHome } from '@shoal/service-kit';
import {
  type DeviceProcess,
  deviceProcess,
  type Fleet,
  runShoal,
  startFleet,
  tempFolder,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTag } from './write-tag.ts';

/**
 * The hazard: a home is copied and both are started. Two devices of one id would number in one place, take each other's
 * files for their own and remove them, and end each other's processes by the records that came along (REP-6). The
 * method: the folder is copied, renamed and moved as people do it, with a hub and another device beside, and the
 * numbers in all logs are compared.
 */
let fleet: Fleet;
let copyHome: string;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  copyHome = join(fleet.folder.path, 'copy');
});
afterAll(() => fleet?.close());

const exitCode = errorCatalogue['home-elsewhere'].exitCode;
const patience = { timeout: 300_000 };
const shoal = (home: string, ...args: string[]) =>
  runShoal([...args, '--home', home], { ledger: fleet.ledger });
const copy = (from: string, to: string) => cp(from, to, { recursive: true, preserveTimestamps: true });

async function ask<T>(home: string, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await shoal(home, ...args, '--json');
  if (code !== 0) throw new Error(`shoal ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What stands at each number of each stream in the log of a home, and the id of that log. */
function logOf(home: string) {
  const libraryId = uuidFromBytes<LibraryId>(fleet.libraryId, 'library_id');
  const db = new DatabaseSync(join(home, 'libraries', libraryId, 'sync.db'), { readOnly: true });
  try {
    const rows = db
      .prepare(
        `select stream || ' ' || origin_seq as place, hex(header) || hex(sealed) as content
         from entries join streams on streams.id = stream_id`,
      )
      .all();
    const { log_id: logId } = db.prepare('select log_id from log').get()!;
    return { logId, contentByPlace: new Map(rows.map(({ place, content }) => [place, content])) };
  } finally {
    db.close();
  }
}

test(
  '[REP-6] a copied home asks, becomes a new device, and both go on without giving a number twice',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    const home = a.home.paths.dir;
    const files = await tempFolder('moved-home-files');
    await mkdir(join(files.path, 'folder'));
    await writeFile(join(files.path, 'folder', 'one.txt'), 'one');
    await ask(home, 'location', 'add', files.path);
    const { libraryId } = fleet;
    const isThere =
      (...words: string[]) =>
      (lines: readonly string[]) =>
        words.every((word) => lines.some((line) => line.includes(word)));
    await fleet.converged({ isWanted: isThere('one.txt') });

    await a.stop();
    await copy(home, copyHome);
    await a.start();
    // As of a home that was copied while it ran: they name processes of the original.
    for (const name of ['lock', 'run']) await copy(join(home, name), join(copyHome, name));
    const running = await a.pidOf('log-store');

    const refused = await shoal(copyHome, 'up');
    expect(refused).toMatchObject({ code: exitCode, stdout: '' });
    expect(refused.stderr).toMatch(/^home-elsewhere: .*shoal home moved .*shoal home copied /);
    expect(await shoal(copyHome, 'tag', 'create', 'of-whom')).toMatchObject({ code: exitCode });
    expect(await shoal(copyHome, 'home', 'moved')).toMatchObject({
      code: errorCatalogue['home-in-use'].exitCode,
    });

    const made = await ask<{ deviceId: string }>(copyHome, 'home', 'copied', '--name', 'twin');
    expect(made.deviceId).not.toBe(a.home.config.deviceId);
    const c = await deviceProcess(copyHome, fleet.ledger);
    await c.start();
    try {
      expect(await a.pidOf('log-store')).toBe(running);
      await writeFile(join(files.path, 'folder', 'two.txt'), 'two');
      await Promise.all(
        [a, b, c].map(async (device, at) =>
          writeTag(await device.gateway(), { libraryId, fields: { canonical_name: `after-${at}` } }),
        ),
      );
      const devices = [a, b, c];
      const isWanted = isThere('one.txt', 'two.txt', 'twin', 'after-0', 'after-1', 'after-2');
      const lines = await fleet.converged({ devices, isWanted });
      // The location and its files are the original's, and the copy does not write them.
      const { deviceId } = a.home.config;
      expect(await ask<unknown[]>(copyHome, 'location', 'list')).toMatchObject([
        { path: files.path, device: deviceId, state: 'remote' },
      ]);
      expect(lines.filter((line) => line.includes('two.txt'))).toHaveLength(1);

      const logs = devices.map((device) => logOf(device.home.paths.dir));
      expect(new Set(logs.map(({ logId }) => logId)).size).toBe(3);
      const contentByPlace = new Map(logs.flatMap(({ contentByPlace }) => [...contentByPlace]));
      for (const log of logs) {
        for (const [place, content] of log.contentByPlace) expect(contentByPlace.get(place)).toBe(content);
      }
    } finally {
      await c.stop();
      c.close();
      await files.remove();
    }
  },
);

test(
  '[REP-6] a home that is renamed goes on; one that is moved to another disk goes on after the answer',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    const { dir } = b.home.paths;
    const renamed = `${dir}-renamed`;
    const moved = `${dir}-moved`;
    const startIn = async (home: string) => {
      const device = await deviceProcess(home, fleet.ledger);
      await device.start();
      expect((await readHome(home)).config).toEqual(b.home.config);
      const id = await writeTag(await device.gateway(), {
        libraryId: fleet.libraryId,
        fields: { canonical_name: home },
      });
      await fleet.converged({
        devices: [a, device],
        isWanted: (lines) => lines.some((line) => line.includes(id)),
      });
      await device.stop();
    };
    await b.stop();
    await rename(dir, renamed);
    await startIn(renamed);

    await copy(renamed, moved);
    expect(await shoal(moved, 'home', 'moved')).toMatchObject({
      code: errorCatalogue['already-exists'].exitCode,
    });
    await rm(renamed, { recursive: true });
    expect(await shoal(moved, 'up')).toMatchObject({ code: exitCode });
    await ask(moved, 'home', 'moved');
    await startIn(moved);
  },
);
