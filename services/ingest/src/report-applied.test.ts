import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conflict, LibraryId, ModelName, RecordId, Value } from '@shoal/core';
import { type Applied, freshRecordId, type Library, migrateLibrary, openLibrary } from '@shoal/library';
import { migrations, models, registry } from '@shoal/models';
import { memoryLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { reportApplied } from './report-applied.ts';

const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
const deviceOf = (number: number) => `018f0000-0000-7000-8000-00000000000${number}`;
const marker = 'MARKER';
const id = () => freshRecordId(Date.now());

async function openDevice(number: number, keys = [1]): Promise<Library> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  await migrateLibrary(path, migrations);
  const keysById = new Map(keys.map((key) => [key, Buffer.alloc(32, key)]));
  const device = deviceOf(number) as never;
  const library = openLibrary({
    ...{ path, libraryId, device, models, migrations },
    ring: { currentKeyId: keys.at(-1)!, keysById },
  });
  onTestFinished(() => {
    library.close();
    rmSync(folder, { recursive: true });
  });
  await put(library, 'device', deviceOf(number), { name: marker, slug: `${marker}-${number}` });
  return library;
}

async function put(library: Library, model: string, record: string, fields: Record<string, Value>) {
  const ref = { model: model as ModelName, id: record as RecordId };
  await library.write([{ kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null }]);
}

/** What waits on one goes to the other but for what `isWanted` leaves out; answers what that one has to tell. */
async function ship(from: Library, to: Library, isWanted: (model: string) => boolean = () => true) {
  const { rows, entries } = from.readOutbox(1_000);
  await from.clearOutbox(rows);
  const sequenced = entries
    .filter(({ header }) => isWanted(header.model))
    .map((entry, index) => ({ seq: index + 1, entry }));
  const { log, lines } = memoryLog();
  const applied = await to.apply(sequenced, { logId: 'log' as never, appliedSeq: 9, appliedEntries: 9 });
  reportApplied(applied, sequenced, { registry, log });
  expect(JSON.stringify(lines)).not.toContain(marker);
  return lines;
}

test('[S1x-19] a batch, a record that waits, a conflict and what cannot be opened are told apart, by record, seq and origin', async () => {
  const [a, b] = [await openDevice(1), await openDevice(2)];
  const location = id();
  await put(a, 'location', location, { name: marker, path: marker, device: deviceOf(1) });
  const waiting = await ship(a, b, (model) => model !== 'device');
  expect(waiting).toMatchObject([
    { level: 20, fromSeq: 1, toSeq: 1, taken: 1, msg: expect.stringContaining('were applied') },
    {
      ...{ level: 20, model: 'location', record: location, seq: 1, origin: deviceOf(1) },
      ...{ reason: 'missing', field: 'device', waitsFor: `device/${deviceOf(1)}`, msg: 'a record is parked' },
    },
  ]);

  const tag = id();
  for (const library of [a, b])
    await put(library, 'tag', tag, { canonical_name: `${marker} ${library.options.device}` });
  const met = (await ship(a, b)).filter(({ msg }) => msg === 'writes met and one is shown');
  expect(met).toMatchObject([
    {
      ...{ level: 20, model: 'tag', record: tag, seq: 1, origin: deviceOf(1) },
      ...{ field: 'canonical_name', kind: 'siblings', rule: 'last-writer', winner: deviceOf(2) },
    },
  ]);

  const stranger = await openDevice(3, [1, 2]);
  const unopened = (await ship(stranger, b)).filter(({ level }) => level === 40);
  expect(unopened).toMatchObject([
    {
      model: 'device',
      seq: 1,
      origin: deviceOf(3),
      code: 'unsealing-failed',
      msg: 'an entry waits in quarantine',
    },
  ]);
});

test('[S1x-19] a circle that is cut is told, and for who does not debug only what somebody has to know', () => {
  const ref = { model: 'collection', id: 'r' } as never;
  const circle = { kind: 'circle-cut', field: 'parent', winner: null } as Conflict;
  const applied = {
    ...{ quarantined: [], drifts: [] },
    hidden: [
      { kind: 'park', ref, reason: 'missing', waitsFor: null, wasVisible: false },
      { kind: 'park', ref, reason: 'refused', waitsFor: null, wasVisible: false },
    ],
    journal: [{ ref, conflicts: [circle] }],
  } as unknown as Applied;
  const { log, lines } = memoryLog();
  reportApplied(applied, [], { registry, log });
  expect(lines.at(-1)).toMatchObject({
    ...{ model: 'collection', record: 'r', field: 'parent', kind: 'circle-cut' },
    msg: 'a circle of references is cut',
  });
  const quiet = memoryLog();
  quiet.log.level = 'info';
  reportApplied(applied, [], { registry, log: quiet.log });
  expect(quiet.lines).toMatchObject([
    { level: 40, record: 'r', reason: 'refused', msg: 'a record is parked' },
  ]);
});
