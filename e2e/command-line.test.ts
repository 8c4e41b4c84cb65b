import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The whole command line, on two devices and a hub that are made with it and nothing else. */
let folder: TempFolder;
let ledger: ProcessLedger;
let a: string;
let b: string;

beforeAll(async () => {
  folder = await tempFolder('cli');
  ledger = processLedger();
  [a, b] = [join(folder.path, 'a'), join(folder.path, 'b')];
});
afterAll(async () => {
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

/** Runs a command that has to succeed, and parses what it prints with --json. */
async function shoal<T = Record<string, never>>(home: string, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runShoal([...args, '--json', '--home', home], { ledger });
  if (code !== 0) throw new Error(`shoal ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

async function up(home: string) {
  const process = startShoal(['up', '--json', '--home', home], { ledger });
  await process.line((line) => line.startsWith('{'));
  return process;
}

/** Some forty programs one after the other, each a second or two on a busy machine. */
const patience = { timeout: 300_000 };

test('two devices are made, invited, joined and used by the command line alone', patience, async () => {
  const hub = startShoal(['hub', '--json', '--dir', join(folder.path, 'hub')], { ledger });
  const { file } = JSON.parse(await hub.line((line) => line.startsWith('{')));
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  await shoal(a, 'init', '--name', 'A');
  await shoal(b, 'init', '--name', 'B');
  const devices = [await up(a), await up(b)];
  // Services that run take up a library that appears, and nats-server its hub.
  const { libraryId } = await shoal<{ libraryId: string }>(a, 'library', 'create', 'ours', '--hub', file);
  const invitation = join(folder.path, 'invitation.json');
  await shoal(a, 'library', 'invite', invitation);
  expect((await stat(invitation)).mode & 0o777).toBe(0o600);
  await shoal(b, 'library', 'join', invitation);
  expect(await shoal(b, 'library', 'list')).toMatchObject([{ libraryId, name: 'ours' }]);

  const files = join(folder.path, 'files');
  await mkdir(files);
  await writeFile(join(files, 'one.txt'), 'one');
  await writeFile(join(files, 'one.raw'), 'raw');
  await until('the library is open', () => shoal(a, 'location', 'list'));
  const location = await shoal<{ id: string }>(a, 'location', 'add', files, '--ignore', '*.raw');
  const entries = await until('the file is on B', async () => {
    const found = await shoal<{ id: string; fields: Record<string, unknown> }[]>(
      b,
      'record',
      'list',
      'entry',
    );
    return found.length === 2 && found;
  });
  const file1 = entries.find(({ fields }) => fields.name === 'one.txt')!;
  expect(await shoal(a, 'location', 'list')).toMatchObject([
    { id: location.id, path: files, entries: 2, skippedByReason: { ignored: 1 } },
  ]);
  const [volume] = await shoal<{ id: string; mountPoint: string }[]>(a, 'volume', 'list');
  expect(volume).toMatchObject({ holderName: 'A', ownerEpoch: 1, isMovable: false });
  const held = { id: volume!.id, locations: [] };
  expect(await shoal(a, 'volume', 'claim', volume!.mountPoint)).toEqual(held);
  const ignore = await shoal(a, 'location', 'ignore', files, '--add', '/raw/', '--defaults', 'off');
  expect(ignore).toMatchObject({ id: location.id, patterns: ['*.raw', '/raw/'], defaultIgnores: false });
  expect(await shoal(a, 'location', 'rescan', files)).toMatchObject({ unchanged: 2, hashed: 0 });

  const tag = await shoal<{ id: string }>(b, 'tag', 'create', 'good', '--color', 'green');
  await shoal(b, 'tag', 'apply', 'good', file1.id);
  await until(
    'the application is on A',
    async () => (await shoal<unknown[]>(a, 'record', 'list', 'user_metadata_tag')).length === 1,
  );
  expect(await shoal(a, 'tag', 'list')).toMatchObject([{ id: tag.id, fields: { canonical_name: 'good' } }]);

  // A round trip: what was read, changed, and given back with its version.
  const read = await shoal<{ fields: object }>(a, 'record', 'get', 'tag', tag.id);
  const changed = JSON.stringify({ ...read, fields: { ...read.fields, display_name: 'Good' } });
  await shoal(a, 'record', 'put', 'tag', changed);
  expect(await shoal(a, 'record', 'get', 'tag', tag.id)).toMatchObject({
    fields: { display_name: 'Good', color: 'green' },
  });
  await shoal(a, 'record', 'put', 'tag', '{"canonical_name":"good"}', '--uuid', tag.id, '--replace');
  expect(await shoal(a, 'record', 'get', 'tag', tag.id)).toMatchObject({
    fields: { display_name: null, color: null },
  });

  // An album is made, renamed, filled and emptied as any record is; an item is named by what it says.
  const album = await shoal<{ id: string }>(a, 'record', 'put', 'album', '{"name":"summer"}');
  await shoal(a, 'record', 'put', 'album', '{"name":"winter"}', '--uuid', album.id);
  await until(
    'the album is on B',
    async () => (await shoal<unknown[]>(b, 'record', 'list', 'album')).length === 1,
  );
  const filled = JSON.stringify({ album: album.id, entry: file1.id });
  const item = await shoal<{ id: string }>(b, 'record', 'put', 'album_item', filled);
  expect(await shoal(b, 'record', 'put', 'album_item', filled)).toMatchObject({ id: item.id });
  await until(
    'the item is on A',
    async () => (await shoal<unknown[]>(a, 'record', 'list', 'album_item')).length === 1,
  );
  expect(await shoal(a, 'record', 'list', 'album')).toMatchObject([{ fields: { name: 'winter' } }]);
  await shoal(a, 'record', 'delete', 'album', album.id);
  expect(await shoal(a, 'record', 'list', 'album_item')).toEqual([]);

  const status = await shoal<{ library: { id: string } }[]>(a, 'status');
  expect(status).toMatchObject([{ library: { id: libraryId }, unreachable: [] }]);
  const log = await shoal<{ seq: number }[]>(a, 'log', '--from', '3');
  // What was superseded is gone, so the first may stand behind the seq that was asked for.
  const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(log[0]).toMatchObject({
    library: libraryId,
    origin: uuid,
    record: uuid,
    model: expect.stringMatching(/^[a-z_]+$/),
    change: expect.stringMatching(/^(insert|update|delete)$/),
    at: expect.stringMatching(/^20\d\d-.*Z$/),
    originSeq: expect.any(Number),
    sealedBytes: expect.any(Number),
  });
  expect(log[0]!.seq).toBeGreaterThanOrEqual(3);
  for (const domain of ['index', 'user-metadata']) {
    const lines = await shoal<{ domain: string }[]>(a, 'log', '--domain', domain, '--sync-ready', 'yes');
    expect(new Set(lines.map((line) => line.domain))).toEqual(new Set([domain]));
  }
  // What is not ready to sync never came to the log.
  expect(await shoal(a, 'log', '--sync-ready', 'no')).toEqual([]);
  await until('the dumps are equal', async () => {
    const dumps = await Promise.all([a, b].map((home) => runShoal(['dump', '--home', home], { ledger })));
    return dumps[0]!.stdout === dumps[1]!.stdout && dumps[0]!.stdout.includes('"model":"user_metadata_tag"');
  });

  // Where the files lie they go by their paths, also by a list of them.
  const list = join(folder.path, 'list');
  await writeFile(list, join(files, 'one.txt'));
  expect(await shoal(a, 'favorite', join(files, 'one.txt'))).toEqual({ changed: 1 });
  expect(await shoal(a, 'tag', 'remove', 'good', '--from-file', list)).toEqual({ removed: 1 });
  await until('the favourite is on B', async () => {
    const metadata = await shoal<{ fields: object }[]>(b, 'record', 'list', 'user_metadata');
    return metadata.some(({ fields }) => 'favorite' in fields && fields.favorite === true);
  });
  await shoal(b, 'record', 'delete', 'tag', tag.id);
  await shoal(a, 'location', 'remove', files);
  await until('A is empty', async () => (await shoal<unknown[]>(a, 'record', 'list', 'entry')).length === 0);
  await until('B is empty', async () => (await shoal<unknown[]>(b, 'record', 'list', 'entry')).length === 0);
  for (const process of [...devices, hub]) {
    process.signal('SIGTERM');
    expect((await process.ended).code).toBe(0);
  }
});
