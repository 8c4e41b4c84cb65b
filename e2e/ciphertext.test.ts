import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connectNats } from '@shoal/bus';
import {
  DeviceEntity,
  EntryEntity,
  LocationEntity,
  TempFileEntity,
  VolumeEntity,
  VolumeHolderEntity,
} from '@shoal/models';
import { listLibraries, readNatsRun } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { embeddedWriter } from './embedded-writer.ts';
import { readTag, writeTag } from './write-tag.ts';

/** What log-stores keep and what NATS carries, looked at from outside while a tag goes from A to B (S1-43, CHG-4). */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ env: { SHOAL_LOG_LEVEL: 'debug' } });
});
afterAll(() => fleet?.close());

test('[S1-43] [CHG-4] neither logs nor what passes between devices shows what was written; those that have the key do', async () => {
  const [a, b] = fleet.devices;
  const secret = 'PLAIN-TO-MEMBERS-4711';
  // A client of A says what it writes to A.
  const messages = await listenAt(b!);

  const gateway = await a!.gateway();
  const fields = { canonical_name: secret, color: secret };
  const id = await writeTag(gateway, { libraryId: fleet.libraryId, fields });
  await until('the tag is on B', async () => readTag(await b!.gateway(), fleet.libraryId, id));
  await fleet.converged();

  const [hidden, clear] = [Buffer.from(secret), fleet.libraryId];
  // What travels in the clear is there, so it was looked at the right place.
  expect(messages.some((message) => message.includes(clear))).toBe(true);
  expect(messages.filter((message) => message.includes(hidden))).toEqual([]);
  for (const device of fleet.devices) {
    const [library] = await listLibraries(device.home.paths);
    expect(onDisk(library!.paths.syncDb).includes(clear)).toBe(true);
    expect(onDisk(library!.paths.syncDb).includes(hidden)).toBe(false);
    expect(onDisk(library!.paths.libraryDb).includes(hidden)).toBe(true);
  }
});

test('[S1x-19] no program writes what is written, or refused, into its log', async () => {
  const [a, b] = fleet.devices;
  const secret = 'NOT-FOR-ANY-FILE-4711';
  const gateway = await a!.gateway();
  const write = (fields: object) => writeTag(gateway, { libraryId: fleet.libraryId, fields });
  const fields = {
    canonical_name: secret,
    display_name: secret,
    namespace: secret,
    color: secret,
    icon: secret,
  };
  const id = await write(fields);
  await until('the tag is on B', async () => readTag(await b!.gateway(), fleet.libraryId, id));
  // Names of files and folders are fields of records; where two writes meet both values are at hand.
  const tree = join(fleet.folder.path, secret);
  mkdirSync(join(tree, `folder ${secret}`), { recursive: true });
  writeFileSync(join(tree, `folder ${secret}`, `file ${secret}.txt`), secret);
  const { libraryId } = fleet;
  await gateway.addLocation({ libraryId, path: tree, name: secret, ignore: [`*.${secret}`] });
  await (await b!.gateway()).setPaused({ libraryId, paused: true });
  for (const device of fleet.devices) {
    const color = `${secret} ${device.home.config.name}`;
    await writeTag(await device.gateway(), { libraryId, id, fields: { color } });
  }
  await (await b!.gateway()).setPaused({ libraryId, paused: false });
  await fleet.converged({ isWanted: (lines) => lines.some((line) => line.includes(`file ${secret}`)) });
  const refused = [{ color: 4711 }, { canonical_name: secret.repeat(20_000) }, { nosuch: secret }];
  for (const fields of refused) await expect(write(fields)).rejects.toThrow();
  await expect(write({ canonical_name: secret, color: { [secret]: secret } })).rejects.toThrow();
  for (const device of fleet.devices) {
    const { logs } = device.home.paths;
    const said = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
    expect(said.join('')).toContain('"msg":"ready"');
    expect(said.filter((text) => text.includes(secret) || text.includes(device.home.token))).toEqual([]);
    for (const line of linesOf(logs)) {
      expect(line).toMatchObject({
        level: expect.any(Number),
        service: expect.any(String),
        time: expect.any(String),
      });
      if (!('record' in line)) continue;
      // One line for each record is for who debugs, or warns.
      expect(line.level).not.toBe(30);
      expect(line).toMatchObject({
        library: expect.any(String),
        device: device.home.config.deviceId,
        model: expect.any(String),
      });
    }
  }
  expect(fleet.devices.flatMap(({ home }) => linesOf(home.paths.logs)).map(({ msg }) => msg)).toContain(
    'writes met and one is shown',
  );
});

test('[S1-06] [S0-28] what is local-only is in no message, no log and no file of another device, and in no log of its own', async () => {
  const [a, b] = fleet.devices;
  const marker = 'ONLY-HERE-7f3a';
  const messages = [await listenAt(a!), await listenAt(b!)];
  const writer = await embeddedWriter(a!.home);
  onTestFinished(() => writer.close());
  const uuid = randomUUID();
  await writer.transactional(async (em) => {
    const { deviceId } = a!.home.config;
    const device = await em.findOneOrFail(DeviceEntity, { uuid: deviceId });
    const claims = [`1 ${deviceId}`];
    const holder = em.create(VolumeHolderEntity, { uuid: randomUUID(), claims }, { persist: true });
    const local = { fingerprint: marker, mountPoint: `/${marker}` };
    em.create(VolumeEntity, { uuid, name: 'disk', holder, ...local }, { persist: true });
    em.create(TempFileEntity, { path: `/tmp/${marker}` }, { persist: true });
    const location = em.create(
      LocationEntity,
      { uuid: randomUUID(), name: 'attic', path: '/nowhere', device, errorMessage: marker },
      { persist: true },
    );
    const entry = { uuid: randomUUID(), name: 'box', kind: 'directory', location } as const;
    const state = { inode: marker, fileStamp: marker, hashState: marker };
    em.create(EntryEntity, { ...entry, ...state }, { persist: true });
  });
  await fleet.converged({ isWanted: (lines) => lines.some((line) => line.includes(uuid)) });
  const found = (buffer: Buffer) => buffer.includes(marker);
  expect(messages.map((passed) => passed.length > 0 && !passed.some(found))).toEqual([true, true]);
  const holders: string[] = [];
  for (const device of fleet.devices) {
    const { dir, logs } = device.home.paths;
    const [library] = await listLibraries(device.home.paths);
    const { libraryDb, syncDb } = library!.paths;
    for (const path of [libraryDb, syncDb]) if (found(onDisk(path))) holders.push(relative(dir, path));
    for (const name of readdirSync(logs)) if (found(readFileSync(join(logs, name)))) holders.push(name);
  }
  const [ofA] = await listLibraries(a!.home.paths);
  expect(holders).toEqual([relative(a!.home.paths.dir, ofA!.paths.libraryDb)]);
});

/** Hears all that passes a device: of the library, between its services, and the answers. */
async function listenAt({ home }: DeviceProcess): Promise<readonly Buffer[]> {
  const bus = await connectNats({
    servers: `127.0.0.1:${(await readNatsRun(home.paths))!.port}`,
    credentials: { token: home.token },
    inboxPrefix: 'inbox.listener',
    name: 'listener',
  });
  onTestFinished(() => bus.close());
  const messages: Buffer[] = [];
  bus.subscribe('>', ({ payload }) => messages.push(Buffer.from(payload)));
  await bus.flush();
  return messages;
}

function onDisk(path: string): Buffer {
  return Buffer.concat([path, `${path}-wal`].filter(existsSync).map((file) => readFileSync(file)));
}

/** All lines of our services: nats-server writes its own kind. */
function linesOf(logs: string): Record<string, unknown>[] {
  return readdirSync(logs)
    .filter((name) => !name.startsWith('nats'))
    .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
