import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  nothingRuns,
  type ProcessLedger,
  processLedger,
  type ShoalEnd,
  startProgram,
  startShoal,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: TempFolder;
let ledger: ProcessLedger;
let files: string;
const root = fileURLToPath(new URL('..', import.meta.url));

beforeAll(async () => {
  folder = await tempFolder('demo');
  ledger = processLedger();
  files = join(folder.path, 'files');
  await mkdir(join(files, 'sub', 'empty'), { recursive: true });
  await writeFile(join(files, 'a.txt'), 'the same');
  await writeFile(join(files, 'sub', 'b.txt'), 'the same');
  await writeFile(join(files, 'sub', 'none'), '');
});
afterAll(async () => {
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

function npmStart(...args: string[]): Promise<ShoalEnd> {
  return startProgram('npm', ['start', '--silent', '--', ...args], { ledger, cwd: root }).ended;
}

test('the main job with --once --json ends with 0 and one JSON object as the last line of stdout', async () => {
  const home = join(folder.path, 'home');
  const { code, stdout } = await npmStart('--once', '--json', '--home', home, '--devices', '3', files);
  expect(code).toBe(0);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
  expect(result).toMatchObject({ converged: true, elapsedMs: expect.any(Number) });
  expect(result.devices).toHaveLength(3);
  for (const device of result.devices) {
    // The root, two folders, three files; the same bytes are one content.
    expect(device.records).toMatchObject({ entry: 6, content_identity: 1, tag: 2, location: 1, device: 3 });
    expect(device.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(device.digest).toBe(result.devices[0].digest);
    expect((await stat(device.libraryDb)).isFile() && (await stat(device.syncDb)).isFile()).toBe(true);
  }
  expect(new Set(result.devices.map(({ id }: { id: string }) => id)).size).toBe(3);
  await nothingRuns(folder.path);
});

test('a second start on the same folder makes nothing twice, and finds what happened in between', async () => {
  const home = join(folder.path, 'home');
  await writeFile(join(files, 'later.txt'), 'later');
  const { code, stdout } = await npmStart('--once', '--json', '--home', home, '--devices', '3', files);
  expect(code).toBe(0);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
  const counts = { entry: 7, content_identity: 2, tag: 2, location: 1, device: 3, user_metadata_tag: 1 };
  expect(result.devices[2].records).toMatchObject(counts);
});

test('[SEC-5] a PATH that is no folder is refused as not-a-folder, and nothing is left', async () => {
  const home = join(folder.path, 'nothing');
  for (const path of [join(files, 'a.txt'), join(files, 'missing')]) {
    const { code, stdout, stderr } = await npmStart('--once', '--json', '--home', home, path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^\{"code":"not-a-folder",/m);
  }
  expect(await readdir(folder.path)).not.toContain('nothing');
});

test('devices do not live in the folder that they index', async () => {
  const { code, stderr } = await npmStart('--once', '--home', join(files, 'home'), files);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/^invalid-argument: /m) });
});

test('with --once it ends with 130 and no result where it is interrupted before the devices agree', async () => {
  const home = join(folder.path, 'interrupted');
  const demo = startShoal(['demo', '--once', '--json', '--home', home, files], { ledger });
  await until('the devices are being made', () => readdir(home).catch(() => undefined));
  demo.signal('SIGTERM');
  const { code, stdout, stderr } = await demo.ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/^\{"code":"interrupted",/m);
  await nothingRuns(home);
});
