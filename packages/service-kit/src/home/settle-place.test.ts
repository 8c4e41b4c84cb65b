import { cp, mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostService } from '../service/host-service.ts';
import { initHome, readHome } from './home.ts';
import { lockHome } from './home-lock.ts';
import { homePaths } from './home-paths.ts';
import { rememberPlace, requirePlace } from './place-file.ts';
import { acceptCopied, acceptMoved } from './settle-place.ts';

let dir: string;
let a: string;
let b: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'shoal-place-')));
  [a, b] = [join(dir, 'a'), join(dir, 'b')];
  await initHome({ dir: a, name: 'lamp' });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const copy = (from: string, to: string) => cp(from, to, { recursive: true, preserveTimestamps: true });
const placeOf = async (home: string) => requirePlace(await readHome(home));
describe('[REP-6] a copy of a home', () => {
  test('asks, naming where it was and both answers, and no service of it starts; the original goes on', async () => {
    await copy(a, b);
    const asked = { code: 'home-elsewhere', message: expect.stringContaining(a) };
    await expect(placeOf(b)).rejects.toMatchObject(asked);
    await expect(placeOf(b)).rejects.toThrow(/shoal home moved .*shoal home copied/);
    const start = () => Promise.reject(new Error('it was started'));
    await expect(hostService('log-store', start, { home: b })).rejects.toMatchObject(asked);
    expect(await placeOf(a)).toEqual({ kind: 'same' });
  });

  test('is not taken for moved while the device still lives where it was', async () => {
    await copy(a, b);
    await expect(acceptMoved(b)).rejects.toMatchObject({ code: 'already-exists' });
    await expect(placeOf(b)).rejects.toMatchObject({ code: 'home-elsewhere' });
    await rm(a, { recursive: true });
    await acceptMoved(b);
    expect(await placeOf(b)).toEqual({ kind: 'same' });
  });

  test('becomes a new device with a token of its own, and leaves what runs on the original alone', async () => {
    const paths = homePaths(a);
    await writeFile(join(paths.run, 'children.json'), '{}');
    const lock = await lockHome(paths);
    await copy(a, b);
    await expect(acceptMoved(b)).rejects.toMatchObject({ code: 'home-in-use' });
    const [original, made] = [await readHome(a), await acceptCopied(b)];
    expect(made.config).toEqual({ ...original.config, deviceId: made.config.deviceId, name: 'lamp (copy)' });
    expect(made.config.deviceId).not.toBe(original.config.deviceId);
    expect(made.token).not.toBe(original.token);
    expect(await readdir(made.paths.run)).toEqual([]);
    expect(await placeOf(b)).toEqual({ kind: 'same' });
    expect(await readHome(a)).toMatchObject({ config: original.config, token: original.token });
    await expect(acceptCopied(a)).rejects.toMatchObject({ code: 'home-in-use' });
    await lock.release();
  });

  test('that nothing shows, as of a whole disk, is made a device by the same answer', async () => {
    const { config } = await acceptCopied(a, { name: 'desk' });
    expect(config.name).toBe('desk');
    expect(await placeOf(a)).toEqual({ kind: 'same' });
  });
});

describe('[REP-6] a home that', () => {
  test('was renamed needs no answer, and remembers its new name', async () => {
    await rename(a, b);
    expect(await placeOf(b)).toEqual({ kind: 'renamed', from: a });
    await rememberPlace(homePaths(b));
    expect(await placeOf(b)).toEqual({ kind: 'same' });
  });

  test('was put back from a backup in its place runs: what went back is found out otherwise', async () => {
    await copy(a, b);
    await rm(a, { recursive: true });
    await copy(b, a);
    expect(await placeOf(a)).toEqual({ kind: 'same' });
  });

  test('comes from another machine asks at the same path, and lives there after the answer', async () => {
    const home = await readHome(a);
    await rememberPlace(home.paths, 'one');
    await expect(requirePlace(home, 'two')).rejects.toThrow(`${a} on another machine`);
    // In a container no machine can be told: that asks nobody.
    expect(await requirePlace(home, null)).toEqual({ kind: 'same' });
    await acceptMoved(a);
    await rememberPlace(home.paths, 'two');
    expect(await requirePlace(home, 'two')).toEqual({ kind: 'same' });
  });

  test('remembers nothing, as one of an older program, runs', async () => {
    await rm(homePaths(a).place);
    expect(await placeOf(a)).toEqual({ kind: 'same' });
  });

  test('remembers what is no place says which file is damaged', async () => {
    await writeFile(homePaths(a).place, '{"version":1}');
    await expect(placeOf(a)).rejects.toMatchObject({ code: 'damaged-file', subject: { field: 'path' } });
  });
});
