import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesNaming } from '../testing/processes-naming.ts';
import { until } from '../testing/until.ts';
import { findNatsServer } from './find-nats-server.ts';
import { startNatsServer } from './start-nats-server.ts';

/*
 * The hazard: a supervisor that is killed cannot stop its children, and a nats-server that goes on keeps its port and
 * serves nobody. So the server's life hangs on a pipe that the kernel closes. Seen from outside: every process whose
 * command line names the test's folder (the server and its watcher).
 */
const program = fileURLToPath(new URL('../testing/hold-nats-server.ts', import.meta.url));
let folder: string;
let supervisor: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-guard-'));
});
afterEach(() => {
  supervisor?.kill('SIGKILL');
  supervisor = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function supervise(): Promise<{ readonly natsPid: number; readonly lines: AsyncIterator<string> }> {
  supervisor = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: supervisor.stdout! })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return { natsPid: Number(value), lines };
}

const noneLeft = () => until('nothing names the folder', () => processesNaming(folder).length === 0, 15_000);

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`after ${signal} of the process that started it no nats-server is left`, async () => {
    const { natsPid } = await supervise();
    expect(processesNaming(folder)).toContain(natsPid);
    supervisor?.kill(signal);
    await noneLeft();
  });
}

test('a nats-server that does not listen to SIGTERM is killed after the grace', async () => {
  const { natsPid } = await supervise();
  process.kill(natsPid, 'SIGSTOP');
  supervisor?.kill('SIGKILL');
  await noneLeft();
});

test('when the nats-server dies its supervisor knows how, and no watcher is left', async () => {
  const { natsPid, lines } = await supervise();
  process.kill(natsPid, 'SIGKILL');
  expect(await lines.next()).toMatchObject({ value: 'it ended by SIGKILL' });
  await noneLeft();
});

test('a server that is stopped is gone with its watcher, and its configuration is for its owner only', async () => {
  const config = 'listen: "127.0.0.1:-1"\n';
  const paths = {
    configPath: join(folder, 'nats.conf'),
    logPath: join(folder, 'nats.log'),
    portsFolder: folder,
  };
  const server = await startNatsServer({ executable: findNatsServer(), config, ...paths });
  expect(server.port).toBeGreaterThan(0);
  expect(statSync(paths.configPath).mode & 0o777).toBe(0o600);
  await server.stop();
  await server.stop();
  await noneLeft();
});

test('a configuration that the server refuses is unavailable, naming its log, and leaves nothing', async () => {
  const paths = {
    configPath: join(folder, 'nats.conf'),
    logPath: join(folder, 'nats.log'),
    portsFolder: folder,
  };
  const started = startNatsServer({ executable: findNatsServer(), config: 'nonsense {', ...paths });
  await expect(started).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('nats.log'),
  });
  await noneLeft();
});
