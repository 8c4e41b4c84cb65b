import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  nothingRuns,
  type ProcessLedger,
  processesNaming,
  processLedger,
  type ShoalProcess,
  startProgram,
  startShoal,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

/**
 * The hazard: processes that outlive the one that the user sees. Each test ends the main job one way, and nothing that
 * names its folder may be left. (Hub, two devices with a nats-server and four services each: thirteen processes.)
 */
let folder: TempFolder;
let ledger: ProcessLedger;
let home: string;
const root = fileURLToPath(new URL('..', import.meta.url));

beforeEach(async () => {
  folder = await tempFolder('life');
  ledger = processLedger();
  home = join(folder.path, 'home');
});
afterEach(async () => {
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

/** `npm start`, in a process group of its own as a terminal would have it. */
async function startMainJob(): Promise<ShoalProcess> {
  const job = startProgram('npm', ['start', '--silent', '--', '--home', home], { ledger, cwd: root });
  await job.line((line) => line.includes('have the same data'));
  expect(processesNaming(home).filter(({ commandLine }) => commandLine.includes('/services/'))).toHaveLength(
    8,
  );
  return job;
}

test('Ctrl-C ends the main job, cleanly, and leaves nothing running', async () => {
  const job = await startMainJob();
  // A terminal sends it to the whole group: npm, the shell, the job.
  process.kill(-job.pid, 'SIGINT');
  const { stdout } = await job.ended;
  await nothingRuns(folder.path);
  expect(stdout).toContain('stopping');
  // Locks and the words of being ready are taken back.
  await expect(stat(join(home, 'device-a', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(stat(join(home, 'device-a', 'run', 'capture.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('Ctrl-C before the devices have the same data ends the main job as cleanly', async () => {
  const job = startShoal(['demo', '--home', home], { ledger });
  await job.line((line) => line.includes('makes the tag'));
  job.signal('SIGINT');
  const { code, stdout, stderr } = await job.ended;
  expect(code).toBe(0);
  // Where it stands may be told there, and no failure.
  expect(stderr).not.toMatch(/^[a-z-]+: /m);
  expect(stdout).toContain('stopping');
  await nothingRuns(folder.path);
});

test('SIGTERM to npm ends the main job, cleanly, and leaves nothing running', async () => {
  const job = await startMainJob();
  job.signal('SIGTERM');
  await job.ended;
  await nothingRuns(folder.path);
  await expect(stat(join(home, 'device-a', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('SIGKILL of the supervisor leaves nothing running, and the next start goes on with what is there', async () => {
  const job = await startMainJob();
  const { pid } = JSON.parse(await readFile(join(home, 'device-a', 'lock'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await job.ended;
  await nothingRuns(folder.path);
  const again = startShoal(['demo', '--once', '--json', '--home', home], { ledger });
  const { code, stdout } = await again.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ converged: true });
});

test('a second process on the same home is refused, also while services of a killed supervisor still end', async () => {
  const device = join(folder.path, 'device');
  await startShoal(['init', '--home', device], { ledger }).ended;
  await startShoal(['library', 'create', 'one', '--home', device], { ledger }).ended;
  const up = startShoal(['up', '--home', device, '--json'], { ledger });
  await up.line((line) => line.startsWith('{'));
  const second = await startShoal(['up', '--home', device], { ledger }).ended;
  expect(second).toMatchObject({ code: 7, stderr: expect.stringMatching(/^home-in-use: /) });

  const before = processesNaming(device).map(({ pid }) => pid);
  up.signal('SIGKILL');
  await up.ended;
  // At once: what the killed one left is ended before the new ones start.
  const third = startShoal(['up', '--home', device, '--json'], { ledger });
  await third.line((line) => line.startsWith('{'));
  expect(processesNaming(device).filter(({ pid }) => before.includes(pid))).toEqual([]);
  third.signal('SIGTERM');
  expect((await third.ended).code).toBe(0);
});

test('with --in-process the services are no processes of their own, and a device works the same', async () => {
  const device = join(folder.path, 'device');
  const files = join(folder.path, 'files');
  await mkdir(files);
  await startShoal(['init', '--home', device], { ledger }).ended;
  await startShoal(['library', 'create', 'one', '--home', device], { ledger }).ended;
  const up = startShoal(['up', '--in-process', '--home', device, '--json'], { ledger });
  await up.line((line) => line.startsWith('{'));
  expect(processesNaming(device).filter(({ commandLine }) => commandLine.includes('/services/'))).toEqual([]);
  const added = await startShoal(['location', 'add', files, '--home', device, '--json'], { ledger }).ended;
  expect(added).toMatchObject({ code: 0 });
  await until('the root is indexed', async () => {
    const { stdout } = await startShoal(['record', 'list', 'entry', '--home', device, '--json'], { ledger })
      .ended;
    return JSON.parse(stdout).length === 1;
  });
  up.signal('SIGTERM');
  expect((await up.ended).code).toBe(0);
});
