import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId, LibraryId, LogId, ModelName, RecordId } from '@shoal/core';
import {
  freshRecordId,
  type Library,
  type LibraryReader,
  migrateLibrary,
  openLibrary,
  openLibraryReader,
} from '@shoal/library';
import { migrations, models } from '@shoal/models';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFile } from '../index/content-hash.ts';
import { indexLimits } from '../index/index-limits.ts';
import { createIndexer, type Indexer } from '../index/indexer.ts';
import { blindWatch, hasty } from '../index/testing/test-indexer.ts';
import { entryRows } from './entry-rows.ts';
import { locationRows } from './location-rows.ts';

/** A folder that A indexes, and B, which is given what A ships. Files are being written until the test says that they are not. */
const within = { timeout: 20_000, interval: 5 };
let folder: string;
let a: { readonly library: Library; readonly reader: LibraryReader };
let b: typeof a;
let indexer: Indexer;
let location: { readonly key: number; readonly id: RecordId };
let isSettled: boolean;
let seq = 0;

const files = () => join(folder, 'files');

async function open(number: number): Promise<typeof a> {
  const path = join(folder, `${number}.db`);
  await migrateLibrary(path, migrations);
  const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32)]]) };
  const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
  const device = `00000000-0000-4000-8000-00000000000${number}` as DeviceId;
  const library = openLibrary({ path, libraryId, device, ring, models, migrations });
  return { library, reader: openLibraryReader(path, models) };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  mkdirSync(files());
  [a, b] = [await open(1), await open(2)];
  const { library } = a;
  const { device } = library.options;
  const id = freshRecordId(Date.now());
  const put = (model: string, record: string, fields: Record<string, string>) =>
    library.write([
      {
        kind: 'put',
        ref: { model: model as ModelName, id: record as RecordId },
        fields: new Map(Object.entries(fields)),
        seen: null,
      },
    ]);
  await put('device', device, { name: 'a', slug: 'a' });
  await put('location', id, { name: 'files', path: files(), device });
  location = { id, key: locationRows(library).own(device)[0]!.key };
  isSettled = false;
  indexer = createIndexer({
    store: entryRows(library, Buffer.alloc(32)),
    log: { info() {}, warn() {} },
    homes: [],
    limits: { ...indexLimits, ...hasty, patienceMs: 20, settleRetryMaxMs: 50 },
    watchFolder: blindWatch,
    hashFile: async (path) => (isSettled ? hashFile(path) : { state: 'changing' }),
  });
});

afterEach(async () => {
  await indexer.stop();
  for (const { library, reader } of [a, b]) {
    reader.close();
    library.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Ships what waits on A to B; answers which models and records went. */
async function ship(): Promise<string[]> {
  const { entries, rows } = a.library.readOutbox(1_000);
  await a.library.clearOutbox(rows);
  const from = seq + 1;
  seq += entries.length;
  await b.library.apply(
    entries.map((entry, index) => ({ seq: from + index, entry })),
    { logId: 'test' as LogId, appliedSeq: seq, appliedEntries: seq },
  );
  return entries.map(({ header }) => header.model);
}

const namesOn = ({ reader }: typeof a) =>
  [...reader.dump()]
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ model }) => model === 'entry')
    .map(({ name }) => name)
    .sort();
/** What A's own rows hold, ready or not. */
const rowsOnA = () => a.library.store.db.prepare('select name from entries order by name').pluck().all();

test('[S1-24] [CHG-9] a file is on no other device until its content is identified; folders and empty files are at once', async () => {
  mkdirSync(join(files(), 'letters'));
  writeFileSync(join(files(), 'empty.txt'), '');
  writeFileSync(join(files(), 'letters', 'long.txt'), 'Dear shoal');
  await indexer.addLocation({ key: location.key, path: files() });
  const ready = ['empty.txt', 'files', 'letters'];
  await expect.poll(rowsOnA, within).toEqual([...ready, 'long.txt']);
  await ship();
  expect([namesOn(a), namesOn(b)]).toEqual([ready, ready]);
  // Held back as a whole: nothing names it, not even a content.
  expect([...b.reader.dump()].join()).not.toMatch(/long|content_hash/);

  isSettled = true;
  await expect.poll(() => namesOn(a), within).toEqual([...ready, 'long.txt']);
  const shipped = await ship();
  expect(shipped.filter((model) => model === 'entry')).toHaveLength(1);
  expect(shipped).toContain('content_identity');
  expect(namesOn(b)).toEqual([...ready, 'long.txt']);
  expect([...b.reader.dump()]).toEqual([...a.reader.dump()]);
  const local = a.library.store.db.prepare("select uuid, hash_state from entries where name = 'long.txt'");
  expect(local.get()).toMatchObject({ uuid: expect.any(String), hash_state: 'done' });
});
