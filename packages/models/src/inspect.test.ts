import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateLibrary } from '@shoal/library';
import { inspectLibrary } from '@shoal/library/inspect';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations, models } from './index.ts';
import { newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/** What is looked at may be a device that runs, one that stands still, or one that is broken: none may be changed by it. */
let device: TestDevice;
beforeEach(async () => {
  device = await testDevice(1);
});
afterEach(() => device.close());

const look = (isDeep = false) => inspectLibrary(device.library.options.path, { models, migrations, isDeep });

test('a library that is open for writing is read as it was committed last', async () => {
  await device.put('location', newId(), { name: 'home', path: '/home', device: device.id });
  const seen = look();
  expect(seen).toMatchObject({
    kind: 'read',
    version: migrations.length,
    file: { problems: [] },
    content: {
      outbox: { count: device.library.outboxCount() },
      parked: [],
      quarantine: { count: 0, oldestMs: null },
      derived: [],
    },
  });
});

test('a library that nobody has open is left as it is, to the byte, and nothing appears beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-inspect-'));
  try {
    const path = join(folder, 'library.db');
    await migrateLibrary(path, migrations);
    const before = readFileSync(path);
    const seen = inspectLibrary(path, { models, migrations, isDeep: true });
    expect(seen).toMatchObject({ kind: 'read', file: { problems: [] }, content: { derived: [] } });
    expect(readdirSync(folder)).toEqual(['library.db']);
    expect(before.equals(readFileSync(path))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('[DEP-6] a derived table that is not what its source gives is named', async () => {
  const [location, root] = [newId(), newId()];
  await device.put('location', location, { name: 'home', path: '/home', device: device.id });
  await device.put('entry', root, { name: 'home', kind: 'directory', location, parent: null });
  device.library.store.db.exec('delete from entry_closure');
  expect(look()).toMatchObject({
    content: { derived: [{ table: 'entry_closure', missing: { count: 1 }, extra: { count: 0 } }] },
  });
});

test('of a library of another version only the version is told', () => {
  device.library.store.db.pragma(`user_version = ${migrations.length + 1}`);
  expect(look()).toMatchObject({ version: migrations.length + 1, known: migrations.length, content: null });
});

test('what is no database is said to be none, and what is not there is not made', () => {
  const path = `${device.library.options.path}.other`;
  expect(inspectLibrary(path, { models, migrations, isDeep: false })).toEqual({ kind: 'none' });
  expect(inspectLibrary(import.meta.filename, { models, migrations, isDeep: false })).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringMatching(/not a database/),
  });
});
