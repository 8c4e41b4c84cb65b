import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { homePaths, isRunning, startTimeOf } from '@shoal/service-kit';
import { type TempFolder, tempFolder, until } from '@shoal/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChildEvent, ChildSpec } from './child-spec.ts';
import { readLeftovers, recordChildren } from './children-record.ts';
import { keepRunning, type SupervisedChild } from './keep-running.ts';
import { reapLeftovers } from './reap-leftovers.ts';

/** Children of a few lines of JavaScript; each says by a file with its pid that it is ready. */
let folder: TempFolder;
let events: ChildEvent[];
let child: SupervisedChild | undefined;

beforeEach(async () => {
  folder = await tempFolder('keep');
  events = [];
});
afterEach(async () => {
  await child?.stop();
  child = undefined;
  await folder.remove();
});

const serving = `require('node:fs').writeFileSync(process.argv[1], String(process.pid));
  process.stdin.on('end', () => process.exit(0)).resume();`;

function spec(script: string): ChildSpec {
  const readyFile = join(folder.path, 'ready');
  return {
    name: 'dummy',
    command: process.execPath,
    args: ['-e', script, readyFile],
    environment: {},
    logFile: join(folder.path, 'dummy.log'),
    isReady: async (pid) => (await readFile(readyFile, 'utf8').catch(() => '')) === String(pid),
  };
}

function keep(
  script: string,
  options: { readonly readyMs?: number; readonly stopMs?: number; readonly random?: () => number } = {},
) {
  child = keepRunning(spec(script), { onEvent: (event) => events.push(event), ...options });
  return child;
}

test('a child that dies is started again, and is ready again', async () => {
  const kept = keep(serving);
  await kept.ready();
  const { pid } = kept.running()!;
  process.kill(pid, 'SIGKILL');
  await until('another one runs', () => (kept.running()?.pid ?? pid) !== pid);
  await kept.ready();
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'ready', 'ended', 'started', 'ready']);
  expect(events[2]).toMatchObject({ how: 'SIGKILL', isUnexpected: true });
});

test('what keeps a child from starting is told once, not at each try, and its start when it has passed', async () => {
  const room = join(folder.path, 'room');
  const kept = keep(
    `if (!require('node:fs').existsSync(${JSON.stringify(room)})) {
      console.error('disk-full: sync.db cannot grow');
      process.exit(10);
    }
    ${serving}`,
    { random: () => 0 },
  );
  const ends = () => events.filter(({ kind }) => kind === 'ended');
  await until('it was tried often', () => ends().length >= 8);
  const told = events.filter((event) => event.kind === 'failed');
  expect(told).toMatchObject([
    { reason: expect.stringMatching(/^cannot start: sync\.db cannot grow; its log: /) },
  ]);
  expect(ends().filter((event) => event.kind === 'ended' && !event.isTold)).toHaveLength(1);
  await writeFile(room, '');
  await kept.ready();
  expect(events.at(-1)).toMatchObject({ kind: 'ready' });
});

test('a restart that is asked for comes without a pause and is nothing unexpected', async () => {
  const kept = keep(serving);
  await kept.ready();
  const { pid } = kept.running()!;
  await kept.restart();
  expect(kept.running()!.pid).not.toBe(pid);
  expect(events[2]).toMatchObject({ kind: 'ended', isUnexpected: false });
});

test('a child that does not end when asked is killed, with what it started', async () => {
  const stubborn = `const { pid } = require('node:child_process').spawn(process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    process.on('SIGTERM', () => {});
    require('node:fs').writeFileSync(process.argv[1] + '.grandchild', String(pid));
    ${serving}
    setInterval(() => {}, 1000);`;
  const kept = keep(stubborn, { stopMs: 200 });
  await kept.ready();
  const grandchild = Number(await readFile(join(folder.path, 'ready.grandchild'), 'utf8'));
  const startTime = startTimeOf(grandchild)!;
  await kept.stop();
  await until('the grandchild is gone', () => !isRunning({ pid: grandchild, startTime }));
  expect(events.at(-1)).toMatchObject({ kind: 'ended', how: 'SIGKILL', isUnexpected: false });
});

test('a child that cannot start is given up with its own last word and the name of its log', async () => {
  const kept = keep(`process.stderr.write('damaged-file: config.json: "name"\\n'); process.exit(10)`);
  await expect(kept.ready()).rejects.toMatchObject({
    code: 'damaged-file',
    message: expect.stringMatching(/dummy cannot start: config\.json: "name"; its log: .*dummy\.log/),
  });
});

test('a child that hangs before it is ready is restarted after its time', async () => {
  const hanging = `const file = process.argv[1] + '.once';
    const isFirst = !require('node:fs').existsSync(file);
    require('node:fs').writeFileSync(file, '');
    if (isFirst) setInterval(() => {}, 1000); else { ${serving} }`;
  const kept = keep(hanging, { readyMs: 500, stopMs: 200 });
  await until('the second run is ready', () => events.some(({ kind }) => kind === 'ready'));
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'failed', 'ended', 'started', 'ready']);
  await kept.ready();
});

test('what an earlier supervisor left is ended; a process of another home with its pid is not', async () => {
  const paths = homePaths(join(folder.path, 'home'));
  await mkdir(paths.run, { recursive: true });
  const script = spec(serving);
  const named = { ...script, args: [...script.args, paths.dir] };
  const record = recordChildren(paths, (event) => events.push(event));
  child = keepRunning(named, { onEvent: record.onEvent });
  await child.ready();
  const { pid } = child.running()!;
  expect(readLeftovers(paths)).toMatchObject([{ name: 'dummy', pid }]);

  // Another home's record says the same of this process, whose command line does not name that home.
  const other = homePaths(join(folder.path, 'other'));
  await mkdir(other.run, { recursive: true });
  await writeFile(join(other.run, 'children.json'), await readFile(join(paths.run, 'children.json')));
  expect(await reapLeftovers(other)).toEqual([]);
  expect(child.running()?.pid).toBe(pid);

  expect(await reapLeftovers(paths)).toEqual(['dummy']);
  await until('it ended', () => events.some((event) => event.kind === 'ended' && event.pid === pid));
});
