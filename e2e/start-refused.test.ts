import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { addLibrary, initHome, newLibraryFile } from '@shoal/service-kit';
import {
  nothingRuns,
  type ProcessLedger,
  processLedger,
  runShoal,
  startShoal,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** What a device cannot start on is said at once, by name and with what to do; nothing is left running, nothing changed. */
let folder: TempFolder;
let ledger: ProcessLedger;
let home: string;

beforeEach(async () => {
  folder = await tempFolder('refused');
  ledger = processLedger();
  home = join(folder.path, 'home');
});
afterEach(async () => {
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

const shoal = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runShoal([...args, '--home', home], { ledger, env });

test.each(['nats', 'grpc', 'http'] as const)(
  'a port of config.json that another program has is named with its setting: %s',
  async (name) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until('it listens', () => taken.listening);
    const { port } = taken.address() as { port: number };
    await initHome({ dir: home, ports: { [name]: port } });
    const { code, stderr } = await shoal(['up']);
    taken.close();
    expect({ code, stderr }).toEqual({
      code: 12,
      stderr: expect.stringMatching(
        new RegExp(`^port-taken: port ${port} is taken by another program: .*"ports.${name}" of config.json`),
      ),
    });
  },
);

test('a nats-server that is not there, or too old, is named with what to install', async () => {
  await initHome({ dir: home });
  const old = join(folder.path, 'nats-server');
  const gone = await shoal(['up'], { SHOAL_NATS_SERVER: old });
  expect(gone).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^missing-dependency: .*apt-get install/),
  });
  await writeFile(old, "#!/bin/sh\necho 'nats-server: v2.8.4'\n");
  await chmod(old, 0o755);
  const refused = await shoal(['up'], { SHOAL_NATS_SERVER: old });
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /^missing-dependency: .* is nats-server 2\.8\.4, at least 2\.9\.0 is needed/,
    ),
  });
});

test('a home of a newer program is refused, and nothing of it changes', async () => {
  const { paths } = await initHome({ dir: home });
  const config = JSON.parse(await readFile(paths.config, 'utf8'));
  await writeFile(paths.config, JSON.stringify({ ...config, version: 9, added: true }));
  const before = await filesOf(home);
  const { code, stderr } = await shoal(['up']);
  expect({ code, stderr }).toMatchObject({
    code: 9,
    stderr: expect.stringMatching(
      /^version-mismatch: .*config\.json is of version 9, made by a newer Shoal; .*update/,
    ),
  });
  expect(await filesOf(home)).toEqual(before);
});

test('of two libraries, one of which a newer program wrote, the other works, and the status says why', async () => {
  const { paths } = await initHome({ dir: home });
  const ours = await addLibrary(paths, newLibraryFile({ name: 'ours' }));
  const newer = await addLibrary(paths, newLibraryFile({ name: 'newer' }));
  const db = new DatabaseSync(newer.paths.libraryDb);
  db.exec('create table of_the_newer (id integer primary key); pragma user_version = 99');
  db.close();
  const before = await filesOf(newer.paths.dir);
  const up = startShoal(['up', '--home', home, '--json'], { ledger });
  await up.line((line) => line.startsWith('{'));
  const made = await until('the library is open', async () => {
    const ended = await shoal(['tag', 'create', 'red', '--library', 'ours', '--json']);
    return ended.code === 0 ? ended : undefined;
  });
  expect(JSON.parse(made.stdout)).toMatchObject({ id: expect.any(String) });
  const refused = await shoal(['tag', 'create', 'red', '--library', 'newer']);
  expect(refused).toMatchObject({
    code: 9,
    stderr: expect.stringMatching(/^version-mismatch: .*library\.db is at version 99, made by a newer Shoal/),
  });
  const told = await shoal(['status', '--json']);
  expect(told).toMatchObject({ code: 0 });
  const status = JSON.parse(told.stdout);
  const problemsOf = (id: string) =>
    status.find(({ library }: { library: { id: string } }) => library.id === id).problems;
  expect(problemsOf(ours.libraryId)).toEqual([]);
  expect(problemsOf(newer.libraryId)).toContainEqual({
    service: 'capture',
    code: 'version-mismatch',
    message: expect.stringMatching(/update it$/),
  });
  up.signal('SIGTERM');
  expect((await up.ended).code).toBe(0);
  const after = await filesOf(newer.paths.dir);
  expect(after['library.db']).toBe(before['library.db']);
});

/** The bytes of each file, by its path. */
async function filesOf(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(dir, { recursive: true })).sort()) {
    const path = join(dir, name);
    if ((await stat(path)).isFile()) found[name] = (await readFile(path)).toString('base64');
  }
  return found;
}
