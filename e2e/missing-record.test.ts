import { memoryNetwork } from '@shoal/bus';
import type { RecordId, RecordRef } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { uuidToBytes } from '@shoal/proto';
import { tempFolder, until } from '@shoal/testkit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MemoryDevice, memoryDevice } from './memory-device.ts';

let devices: MemoryDevice[];
let close: () => Promise<void>;

beforeEach(async () => {
  const folders = await Promise.all([1, 2].map(() => tempFolder('missing-record')));
  const network = memoryNetwork();
  devices = folders.map(({ path }, at) => memoryDevice(network, path, at + 1));
  close = async () => {
    for (const device of devices) await device.stop().catch(() => undefined);
    for (const folder of folders) await folder.remove();
  };
});
afterEach(() => close());

const settled = () =>
  until(
    'both devices show the same',
    () => {
      const dumps = devices.map((device) => (device.isQuiet() ? device.dump().join('\n') : device));
      return new Set(dumps).size === 1 ? devices[0]!.dump() : undefined;
    },
    { deadlineMs: 60_000, pollMs: 20 },
  );

test('[DEP-4] [S4-11] a record that the log claims and lost is asked for when another one waits for it, and both appear', async () => {
  // The hazard: what a vector claims no round brings again, so what waits for it would wait for ever.
  const [a, b] = devices as [MemoryDevice, MemoryDevice];
  const self = { model: 'device', id: a.device as string } as RecordRef;
  const location = { model: 'location', id: freshRecordId(Date.now()) as RecordId } as RecordRef;
  await a.start();
  await b.start();
  await a.putRecord(self, { name: 'a', slug: 'a' });
  await settled();

  await b.stop();
  b.remove('library.db');
  const log = new Database(b.path('sync.db'));
  expect(log.prepare('delete from entries where record_id = ?').run(uuidToBytes(self.id)).changes).toBe(1);
  log.close();
  await b.start();
  await a.putRecord(location, { name: 'photos', path: '/photos', device: self.id });

  const dump = await settled();
  expect(dump).toHaveLength(2);
});
