import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordId } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFile } from '../index/content-hash.ts';
import { indexLimits } from '../index/index-limits.ts';
import { createIndexer, type Indexer } from '../index/indexer.ts';
import { blindWatch, hasty } from '../index/testing/test-indexer.ts';
import { openTwoDevices, type TestDevice, type TwoDevices } from '../testing/two-devices.ts';
import { entryRows } from './entry-rows.ts';
import { locationRows } from './location-rows.ts';

/** A folder that A indexes, and B, which is given what A ships. Files are being written until the test says that they are not. */
const within = { timeout: 20_000, interval: 5 };
let devices: TwoDevices;
let a: TestDevice;
let b: TestDevice;
let indexer: Indexer;
let location: { readonly key: number; readonly id: RecordId };
let isSettled: boolean;

const files = () => join(devices.folder, 'files');

beforeEach(async () => {
  devices = await openTwoDevices();
  ({ a, b } = devices);
  mkdirSync(files());
  const { library } = a;
  const { device } = library.options;
  const id = freshRecordId(Date.now());
  await a.put('location', id, { name: 'files', path: files(), device });
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
  devices[Symbol.dispose]();
});

const namesOn = (device: TestDevice) =>
  device
    .records('entry')
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
  await devices.ship();
  expect([namesOn(a), namesOn(b)]).toEqual([ready, ready]);
  // Held back as a whole: nothing names it, not even a content.
  expect([...b.reader.dump()].join()).not.toMatch(/long|content_hash/);

  isSettled = true;
  await expect.poll(() => namesOn(a), within).toEqual([...ready, 'long.txt']);
  const shipped = await devices.ship();
  expect(shipped.filter((model) => model === 'entry')).toHaveLength(1);
  expect(shipped).toContain('content_identity');
  expect(namesOn(b)).toEqual([...ready, 'long.txt']);
  expect([...b.reader.dump()]).toEqual([...a.reader.dump()]);
  const local = a.library.store.db.prepare("select uuid, hash_state from entries where name = 'long.txt'");
  expect(local.get()).toMatchObject({ uuid: expect.any(String), hash_state: 'done' });
});
