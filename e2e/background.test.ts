import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorCatalogue } from '@shoal/core';
import { homePaths, listLibraries } from '@shoal/service-kit';
import {
  nothingRuns,
  type ProcessLedger,
  processesNaming,
  processLedger,
  runShoal,
  type ShoalEnd,
  startShoal,
  type TempFolder,
  tempFolder,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * One device that lives in the background as a person has it: it outlives the command that started it, is looked at while
 * it runs and while it stands still, with defects planted, and leaves nothing running.
 */
let folder: TempFolder;
let ledger: ProcessLedger;
let home: string;
let server: Server;

beforeAll(async () => {
  folder = await tempFolder('background');
  ledger = processLedger();
  home = join(folder.path, 'home');
  server = createServer();
});
afterAll(async () => {
  server.close();
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

const patience = { timeout: 300_000 };
const env = () => ({ XDG_CONFIG_HOME: folder.path });
const shoal = (...args: string[]): Promise<ShoalEnd> =>
  runShoal([...args, '--home', home], { ledger, env: env() });

async function ask<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await shoal(...args, '--json');
  if (code !== 0) throw new Error(`shoal ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

interface Check {
  readonly check: string;
  readonly verdict: string;
  readonly found: string;
}

/** What is not as it should be. */
async function complaints(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly checks: Check[] }> {
  const { code, stdout } = await shoal('doctor', '--json', ...args);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { code, checks: checks.filter(({ verdict }) => verdict !== 'ok') };
}

test('a device in the background outlives its command, says what it does, and stops', patience, async () => {
  await ask('init', '--name', 'A');
  await ask('library', 'create', 'ours');
  const missing = await shoal('up', '--detach', '--nats-server', join(folder.path, 'none'));
  expect(missing).toMatchObject({ code: errorCatalogue['missing-dependency'].exitCode });
  expect(missing.stderr).toMatch(/^missing-dependency: .*none is not a program/);

  const first = await ask<{ pid: number; wasRunning: boolean }>('up', '--detach', '--log-level', 'debug');
  ledger.add(first.pid);
  expect(first.wasRunning).toBe(false);
  expect(await ask('up', '--detach')).toMatchObject({ pid: first.pid, wasRunning: true });
  expect(await ask('status')).toMatchObject([{ library: { name: 'ours' } }]);
  expect((await stat(join(home, 'logs', 'supervisor.log'))).mode & 0o777).toBe(0o600);

  const following = startShoal(['logs', '--follow', '--lines', '1000', '--home', home], {
    ledger,
    env: env(),
  });
  await following.line((line) => /INFO {2}supervisor device ready/.test(line));
  await following.line((line) => /INFO {2}nats {7}Server is ready/.test(line));
  const { stdout } = await shoal('logs', 'gateway', '--lines', '1', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ service: 'gateway' });

  expect(await complaints()).toEqual({ code: 0, checks: [] });
  await chmod(join(home, 'token'), 0o644);
  const run = join(home, 'run', 'ingest.json');
  const said = JSON.parse(await readFile(run, 'utf8'));
  await writeFile(run, JSON.stringify({ ...said, version: '0.0.1' }));
  expect(await complaints()).toMatchObject({
    code: errorCatalogue['check-failed'].exitCode,
    checks: [
      { check: 'rights', verdict: 'fail', found: expect.stringContaining('token (0644)') },
      { check: 'service', verdict: 'warn', found: expect.stringContaining('ingest runs version 0.0.1') },
    ],
  });
  expect((await complaints('--repair')).checks.map(({ check }) => check)).toEqual(['service']);
  expect((await stat(join(home, 'token'))).mode & 0o777).toBe(0o600);

  expect(await ask('down')).toMatchObject({ wasRunning: true, pid: first.pid });
  expect(processesNaming(home).filter(({ pid }) => pid !== following.pid)).toEqual([]);
  await following.line((line) => line.includes('supervisor child ended  child=nats'));
  following.signal('SIGINT');
  expect((await following.ended).code).toBe(0);
  expect(await ask('down')).toMatchObject({ wasRunning: false });
});

test(
  'a device that stands still is looked at too, and mended where that takes no choice',
  patience,
  async () => {
    const paths = homePaths(home);
    const [library] = await listLibraries(paths);
    const { libraryDb } = library!.paths;
    const db = new DatabaseSync(libraryDb);
    const { id } = db.prepare('select id from entries union all select 1 limit 1').get()!;
    db.exec(`pragma foreign_keys = off; insert into entry_closure values (${id}, ${id}, 7)`);
    db.close();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const config = await readFile(paths.config, 'utf8');
    const taken = JSON.parse(config);
    await writeFile(paths.config, JSON.stringify({ ...taken, ports: { ...taken.ports, http: port } }));

    const found = await complaints();
    expect(found.code).toBe(errorCatalogue['check-failed'].exitCode);
    expect(found.checks).toMatchObject([
      { check: 'port', found: `${port} for http is taken by another program` },
      { check: 'derived', found: 'entry_closure lacks 0 rows and has 1 too many' },
    ]);
    expect((await complaints('--repair', '--deep')).checks.map(({ check }) => check)).toEqual(['port']);

    await writeFile(paths.config, '{');
    await writeFile(libraryDb, 'no database');
    const broken = await complaints();
    expect(broken.checks.map(({ check }) => check)).toEqual(['home', 'library.db']);
    await writeFile(paths.config, config);
  },
);
