import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceServerConfig } from '@shoal/bus';
import { addLibrary, changeLibraryHub, type Home, initHome, newLibraryFile } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DeviceLinks, followHubs, linksOf } from './follow-hubs.ts';

const hubAt = (port: number) => ({
  url: `nats-leaf://127.0.0.1:${port}`,
  user: 'leaf',
  password: 'x'.repeat(32),
});
let dir: string;
let home: Home;
const configOf = (links: DeviceLinks) =>
  deviceServerConfig({ deviceId: home.config.deviceId, port: 4222, token: home.token, ...links });
const add = (port?: number) =>
  addLibrary(home.paths, newLibraryFile({ name: 'a', ...(port === undefined ? {} : { hub: hubAt(port) }) }));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-hubs-'));
  home = await initHome({ dir: join(dir, 'home'), name: 'lamp' });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('each hub is told with its libraries; one without a hub, or whose file is damaged, is on no link', async () => {
  const [first, lone, damaged, second] = [await add(1), await add(), await add(2), await add(2)];
  await writeFile(damaged.paths.file, '{');
  const { leafRemotes, unlinked } = await linksOf(home.paths);
  expect(leafRemotes.toSorted((a, b) => a.url.localeCompare(b.url))).toEqual([
    { ...hubAt(1), libraries: [first.libraryId] },
    { ...hubAt(2), libraries: [second.libraryId] },
  ]);
  expect(unlinked.toSorted()).toEqual([lone.libraryId, damaged.libraryId].toSorted());
});

test('one more library of the only hub changes nothing in the configuration: no restart', async () => {
  await add(1);
  const before = configOf(await linksOf(home.paths));
  await add(1);
  expect(configOf(await linksOf(home.paths))).toBe(before);
});

test('[REP-3] a library that moves between known hubs is told, until the server runs with it', async () => {
  await add(1);
  await add(2);
  const moving = await add(2);
  const known = configOf(await linksOf(home.paths));
  const told: string[] = [];
  const failures: unknown[] = [];
  const following = followHubs({
    paths: home.paths,
    known,
    configOf,
    onChange: async (config) => {
      told.push(config);
      if (told.length === 1) throw new Error('no restart yet');
    },
    onFailure: (error) => failures.push(error),
  });
  await changeLibraryHub(home.paths, moving.libraryId, hubAt(1));
  await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 10_000 });
  await following.stop();
  const wanted = configOf(await linksOf(home.paths));
  expect(wanted).not.toBe(known);
  expect(told).toEqual([wanted, wanted]);
  expect(failures).toHaveLength(1);
});
