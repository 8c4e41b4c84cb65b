import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import type { DeviceId, LibraryId, ModelName, RecordId } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshRecordId } from '../crypto/record-ids.ts';
import { openPayload } from '../crypto/seal.ts';
import { type Library, openLibrary } from '../library.ts';
import { migrateLibrary } from '../migrate-library.ts';
import { openTransactionManager } from '../orm/transaction-manager.ts';
import { engineSchema } from '../store/engine-schema.ts';
import { type SyncDeclaration, syncModel } from './sync-model.ts';

const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: {
    id: p.integer().primary().autoincrement(),
    uuid: p.uuid().unique().nullable(),
    version: p.text().default(''),
    title: p.string(),
    body: p.string().nullable(),
    draft: p.string().nullable(),
    openedAt: p.integer().nullable(),
  },
});

const declaration: SyncDeclaration<'title' | 'body' | 'draft' | 'openedAt'> = {
  name: 'note',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
};
const listed = syncModel(NoteEntity, { ...declaration, fields: ['title', 'body'] });
const migrations = [
  { name: 'engine', sql: engineSchema },
  {
    name: 'notes',
    sql: `create table notes (id integer primary key autoincrement, uuid text unique,
      version text not null default '', title text not null, body text, draft text, opened_at integer)`,
  },
];

let folder: string;
let library: Library;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  await migrateLibrary(path, migrations);
  library = openLibrary({
    path,
    libraryId: '11111111-1111-4111-8111-111111111111' as LibraryId,
    device: '00000000-0000-4000-8000-000000000001' as DeviceId,
    ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) },
    models: [listed],
    migrations,
  });
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

const namesOf = (model: typeof listed) => model.spec.fields.map(({ name }) => name);
const payloads = () =>
  library
    .readOutbox(100)
    .entries.map(({ header, headerBytes, sealed }) =>
      Buffer.from(openPayload(library.options.ring, header.keyId, headerBytes, sealed)).toString('latin1'),
    );

describe('the fields of a model', () => {
  test('[S0-10] are all of the entity by default, those that are listed, or those not named as local', () => {
    expect(namesOf(syncModel(NoteEntity, declaration))).toEqual(['body', 'draft', 'opened_at', 'title']);
    expect(namesOf(listed)).toEqual(['body', 'title']);
    expect(listed.localColumns).toEqual(['draft', 'opened_at']);
    const local = syncModel(NoteEntity, { ...declaration, local: ['draft', 'openedAt'] });
    expect(namesOf(local)).toEqual(namesOf(listed));
    expect(local.localColumns).toEqual(listed.localColumns);
  });

  test.each([
    ['a property that is not there', { fields: ['title', 'colour'] }, /unknown property "colour"/],
    ['a local one that is not there', { local: ['colour'] }, /unknown property "colour"/],
    ['both lists', { fields: ['title'], local: ['draft'] }, /both its fields and what is local/],
  ])('[S0-10] that name %s are refused', (_what, change, message) => {
    const read = () => syncModel(NoteEntity, { ...declaration, ...(change as object) }).spec;
    expect(read).toThrow(
      expect.objectContaining({ code: 'invalid-model', message: expect.stringMatching(message) }),
    );
  });

  test('[S0-10] [CHG-3] that are not listed are in no payload, by neither door, and stay in their rows', async () => {
    const manager = await openTransactionManager(library.options);
    const [byEntity, byWrite] = [freshRecordId(Date.now()), freshRecordId(Date.now())];
    await manager.transactional(async (em) => {
      const note = { uuid: byEntity, title: 'SAID', body: 'SAID TOO', draft: 'KEPT', openedAt: 77_777_777 };
      em.create(NoteEntity, note, { persist: true });
    });
    await manager.close();
    const ref = { model: 'note' as ModelName, id: byWrite as RecordId };
    const fields = new Map([['title', 'SAID']]);
    await library.write([{ kind: 'put', ref, fields, seen: null, local: { draft: 'KEPT' } }]);
    const refused = library.write([{ kind: 'put', ref, fields: new Map([['draft', 'KEPT']]), seen: null }]);
    await expect(refused).rejects.toMatchObject({ code: 'unknown-field', subject: { field: 'draft' } });

    expect(payloads()).toHaveLength(2);
    for (const payload of payloads()) {
      expect(payload).toContain('SAID');
      expect(payload).not.toMatch(/KEPT|draft|opened/);
    }
    const drafts = library.store.db.prepare('select uuid, draft, opened_at from notes order by id').all();
    expect(drafts).toEqual([
      { uuid: byEntity, draft: 'KEPT', opened_at: 77_777_777 },
      { uuid: byWrite, draft: 'KEPT', opened_at: null },
    ]);
  });
});
