// What a stranger's program may be: two devices' databases in one process, and what one wrote carried to the other.
// `npm run test:packages` puts it into an empty folder, beside what was packed, and checks its types there.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceId, type LibraryId, type LogId, type ModelName, parseVersion } from '@shoal/core';
import { freshRecordId, type Library, migrateLibrary, openLibrary, openLibraryReader } from '@shoal/library';
import { migrations, models } from '@shoal/models';

const folder = mkdtempSync(join(tmpdir(), 'shoal-packages-'));
const libraryId = randomUUID() as LibraryId;
const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) };

async function device(name: string): Promise<Library> {
  const path = join(folder, `${name}.db`);
  await migrateLibrary(path, migrations);
  return openLibrary({ path, libraryId, device: randomUUID() as DeviceId, ring, models, migrations });
}

const [a, b] = [await device('a'), await device('b')];
const tag = { model: 'tag' as ModelName, id: freshRecordId(Date.now()) };
const fields = new Map([['canonical_name', 'holiday']]);
await a.write([{ kind: 'put', ref: tag, fields, seen: parseVersion('') }]);
const { entries } = a.readOutbox(1_000);
const count = entries.length;
await b.apply(
  entries.map((entry, index) => ({ seq: index + 1, entry })),
  { logId: 'by-hand' as LogId, appliedSeq: count, appliedEntries: count },
);
const reader = openLibraryReader(b.options.path, models);
assert.equal(reader.get(tag.model, tag.id)?.fields.get('canonical_name'), 'holiday');
reader.close();
a.close();
b.close();
rmSync(folder, { recursive: true });
console.log('two libraries agree');
