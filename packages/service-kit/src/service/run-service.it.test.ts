import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { initHome } from '../home/home.ts';
import { homePaths } from '../home/home-paths.ts';
import { readServiceRun } from '../home/run-file.ts';

/**
 * The hazard: a service that outlives its supervisor, or that is cut in what it has in hand. Each test runs a
 * service of a few lines as a process of its own and ends it one way.
 */
let dir: string;
let children: ChildProcess[];
const deadline = { timeout: 15_000, interval: 20 };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-run-'));
  children = [];
  await initHome({ dir });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

interface RunOptions {
  readonly isSupervised?: boolean;
  readonly home?: string;
  readonly service?: string;
}

/** A service that takes 100 ms to finish what it has in hand, then leaves the file `finished`. */
const finishing = `({ grpc: '127.0.0.1:1', stop: async () => {
  await new Promise((done) => setTimeout(done, 100));
  writeFileSync(process.env.FINISHED, '');
} })`;

async function run({ isSupervised = false, home = dir, service = finishing }: RunOptions = {}) {
  const script = join(dir, 'main.mts');
  const source = `import { writeFileSync } from 'node:fs';
    import { runService } from ${JSON.stringify(new URL('./run-service.ts', import.meta.url).href)};
    setInterval(() => undefined, 1000);
    await runService('capture', async () => ${service});`;
  await writeFile(script, source);
  const env = {
    ...process.env,
    FINISHED: join(dir, 'finished'),
    SHOAL_SUPERVISED: isSupervised ? '1' : '0',
  };
  const child = spawn(process.execPath, [script, '--home', home], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  children.push(child);
  let stderr = '';
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  return { child, ended };
}

const ready = () =>
  vi.waitFor(async () => {
    const service = await readServiceRun(homePaths(dir), 'capture');
    expect(service).toBeDefined();
    return service!;
  }, deadline);

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s a service finishes what it has in hand, and exits 0',
  async (signal) => {
    const { child, ended } = await run();
    expect(await ready()).toMatchObject({ pid: child.pid, grpc: '127.0.0.1:1' });
    expect((await stat(homePaths(dir).serviceRun('capture'))).mode & 0o777).toBe(0o600);
    child.kill(signal);
    expect((await ended).code).toBe(0);
    await stat(join(dir, 'finished'));
    await expect(stat(homePaths(dir).serviceRun('capture'))).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('a supervised service ends as cleanly when its supervisor is gone', async () => {
  const { child, ended } = await run({ isSupervised: true });
  await ready();
  child.stdin!.destroy();
  expect((await ended).code).toBe(0);
  await stat(join(dir, 'finished'));
});

test('an unsupervised service does not care for its stdin', async () => {
  const { child, ended } = await run();
  child.stdin!.destroy();
  await ready();
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test('a second signal ends a service that hangs', async () => {
  const { child, ended } = await run({
    service: `({ stop: () => new Promise(() => writeFileSync(process.env.FINISHED, '')) })`,
  });
  await ready();
  child.kill('SIGTERM');
  await vi.waitFor(() => stat(join(dir, 'finished')), deadline);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(130);
});

test('a service that cannot start says why and exits with the code of its error', async () => {
  const { ended } = await run({ home: join(dir, 'none') });
  const { code, stderr } = await ended;
  expect(code).toBe(4);
  expect(stderr).toContain('not-found: no device lives in');
});

test('a bug ends a service at once, with its stack in the log, and its word of being ready counts no more', async () => {
  const { ended } = await run({
    service: `(setTimeout(() => Promise.reject(new Error('a planted bug')), 50), { stop: async () => {} })`,
  });
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toContain('a planted bug');
  expect(await readServiceRun(homePaths(dir), 'capture')).toBeUndefined();
});
