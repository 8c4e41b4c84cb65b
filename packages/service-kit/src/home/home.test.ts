import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUuid } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initHome, readHome, writeHomeConfig } from './home.ts';
import { homePaths } from './home-paths.ts';
import { readHubFile, writeHubFile } from './hub-file.ts';
import { readInvitation, writeInvitation } from './invitation-file.ts';
import { addLibrary, listLibraries, listLibraryIds, newLibraryFile, readLibrary } from './library-file.ts';

let dir: string;
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-home-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('a home', () => {
  test('has an id, a name and a token of its own, readable by its owner alone', async () => {
    const home = await initHome({ dir: join(dir, 'a'), name: 'lamp' });
    expect(isUuid(home.config.deviceId)).toBe(true);
    expect(home.config.name).toBe('lamp');
    expect(home.token).toMatch(/^[0-9a-f]{64}$/);
    for (const path of [home.paths.config, home.paths.token]) expect(await modeOf(path)).toBe('600');
    for (const path of [home.paths.dir, home.paths.libraries, home.paths.run])
      expect(await modeOf(path)).toBe('700');
    expect(await readHome(home.paths.dir)).toMatchObject({ config: home.config, token: home.token });
    const other = await initHome({ dir: join(dir, 'b') });
    expect(other.config.deviceId).not.toBe(home.config.deviceId);
    expect(other.token).not.toBe(home.token);
  });

  test('is made once: of eight calls at once one wins, and no half of another is left', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => initHome({ dir })));
    const made = results.filter((result) => result.status === 'fulfilled');
    expect(made).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'already-exists' });
    }
    expect((await readHome(dir)).config).toEqual(made[0]!.value.config);
    expect((await readHome(dir)).token).toBe(made[0]!.value.token);
    expect((await readdir(dir)).sort()).toEqual([
      'config.json',
      'libraries',
      'logs',
      'place.json',
      'run',
      'token',
    ]);
  });

  test('names a models module; one that lies in it goes along where it is moved', async () => {
    const home = await initHome({ dir: join(dir, 'a'), models: join(dir, 'models.ts') });
    expect((await readHome(home.paths.dir)).config.models).toBe(join(dir, 'models.ts'));
    await writeHomeConfig(home.paths, { ...home.config, models: join(dir, 'a', 'models.ts') });
    await rename(join(dir, 'a'), join(dir, 'b'));
    expect((await readHome(join(dir, 'b'))).config.models).toBe(join(dir, 'b', 'models.ts'));
    expect((await initHome({ dir: join(dir, 'c') })).config.models).toBeNull();
  });

  test('that is not there is not-found, and names the folder', async () => {
    await expect(readHome(join(dir, 'none'))).rejects.toMatchObject({
      code: 'not-found',
      subject: { field: 'home' },
      message: expect.stringContaining(join(dir, 'none')),
    });
  });

  test('cannot be made where a file lies', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(initHome({ dir: join(dir, 'file') })).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(initHome({ dir: join(dir, 'file', 'a') })).rejects.toMatchObject({ code: 'not-a-folder' });
  });

  test.runIf(process.platform === 'linux')(
    'cannot be made where a folder takes none, and says so',
    async () => {
      await expect(initHome({ dir: '/proc/shoal/a' })).rejects.toMatchObject({ code: 'storage-failed' });
    },
  );

  test.each([
    ['{', undefined],
    ['[]', ''],
    ['{}', 'version'],
    [{ version: 1 }, 'deviceId'],
    [{ deviceId: 'lamp' }, 'deviceId'],
    [{ name: '' }, 'name'],
    [{ ports: 7 }, 'ports'],
    [{ ports: { nats: 0, grpc: 70_000, http: 0 } }, 'ports.grpc'],
  ])('[SEC-5] damage of its configuration names the field: %j', async (damage, field) => {
    const { paths, config } = await initHome({ dir });
    const whole = { version: 1, ...config };
    const damaged =
      typeof damage === 'string'
        ? damage
        : JSON.stringify('version' in damage ? damage : { ...whole, ...damage });
    await writeFile(paths.config, damaged);
    const subject = field === undefined ? {} : { field };
    await expect(readHome(dir)).rejects.toMatchObject({ code: 'damaged-file', subject });
  });

  test('of a newer program is version-mismatch', async () => {
    const { paths, config } = await initHome({ dir });
    await writeFile(paths.config, JSON.stringify({ ...config, version: 2 }));
    await expect(readHome(dir)).rejects.toMatchObject({ code: 'version-mismatch' });
  });

  test('with a damaged token does not quote it', async () => {
    const { paths } = await initHome({ dir });
    await writeFile(paths.token, 'secret-but-short');
    const error = await readHome(dir).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'damaged-file', subject: { field: 'token' } });
    expect((error as Error).message).not.toContain('secret');
  });
});

describe('a library of a home', () => {
  const paths = () => homePaths(dir);
  const hub = { url: 'nats-leaf://127.0.0.1:7422', user: 'a', password: 'b' };

  test('appears whole and reads back as it was written, 0600', async () => {
    const library = newLibraryFile({ name: 'photos', hub });
    const added = await addLibrary(paths(), library);
    expect(await modeOf(added.paths.file)).toBe('600');
    expect(await modeOf(added.paths.dir)).toBe('700');
    expect(await readLibrary(paths(), library.libraryId)).toEqual(added);
    expect(await listLibraries(paths())).toEqual([added]);
    expect(added).toMatchObject(library);
  });

  test('is refused the second time, and leaves nothing beside', async () => {
    const library = newLibraryFile({ name: 'photos' });
    await addLibrary(paths(), library);
    await expect(addLibrary(paths(), library)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(paths().libraries)).toEqual([library.libraryId]);
  });

  test('that is still being made is not listed', async () => {
    await addLibrary(paths(), newLibraryFile({ name: 'a' }));
    await chmod(paths().libraries, 0o700);
    await writeFile(join(paths().libraries, '.new-x'), '');
    expect(await listLibraryIds(paths())).toHaveLength(1);
  });

  test('in a home without libraries: none', async () => {
    expect(await listLibraries(homePaths(join(dir, 'none')))).toEqual([]);
  });

  test.each([
    [{ secret: 'c2hvcnQ=' }, 'secret'],
    [{ keys: [{ id: 1, key: 'not base64' }] }, 'keys[0].key'],
    [{ keys: [] }, 'currentKey'],
    [{ currentKey: 9 }, 'currentKey'],
    [{ hub: { url: 'http://x:1', user: 'a', password: 'b' } }, 'url'],
    [{ hub: { url: 'nats-leaf://x:1', user: 'a' } }, 'hub.password'],
    [{ hub: { url: 'nats-leaf://x:1', user: 'a'.repeat(257), password: 'b' } }, 'hub.user'],
  ])('[SEC-5] damage of its file names the field and quotes no key: %j', async (damage, field) => {
    const library = newLibraryFile({ name: 'photos' });
    const { paths: place } = await addLibrary(paths(), library);
    await writeFile(place.file, JSON.stringify({ version: 1, ...library, ...damage }));
    const error = await readLibrary(paths(), library.libraryId).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'damaged-file', subject: { field } });
    expect((error as Error).message).not.toContain(library.secret);
    expect((error as Error).message).not.toContain(library.keys[0]!.key);
  });

  test('travels in an invitation (0600), which is no hub file', async () => {
    const library = newLibraryFile({ name: 'photos', hub });
    const file = join(dir, 'invitation.json');
    await writeInvitation(file, library);
    expect(await modeOf(file)).toBe('600');
    expect(await readInvitation(file)).toEqual(library);
    await expect(readHubFile(file)).rejects.toMatchObject({
      code: 'damaged-file',
      subject: { field: 'kind' },
    });
    await expect(readInvitation(join(dir, 'none'))).rejects.toMatchObject({ code: 'not-found' });
  });

  test('knows its hub by a hub file (0600)', async () => {
    const file = join(dir, 'hub.json');
    await writeHubFile(file, hub);
    expect(await modeOf(file)).toBe('600');
    expect(await readHubFile(file)).toEqual(hub);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ kind: 'shoal-hub' });
  });
});
