import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import type { DeviceId, LibraryId, ModelName } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshRecordId } from '../crypto/record-ids.ts';
import { type Library, openLibrary } from '../library.ts';
import { migrateLibrary } from '../migrate-library.ts';
import { type SyncDeclaration, syncModel } from '../model/sync-model.ts';
import { engineSchema } from '../store/engine-schema.ts';
import { openTransactionManager, type TransactionManager } from './transaction-manager.ts';

/** A note that its writer keeps to this device until it is published. */
const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: {
    id: p.integer().primary().autoincrement(),
    uuid: p.uuid().unique().nullable(),
    version: p.text().default(''),
    title: p.string(),
    isPublic: p.boolean().default(false),
  },
});
const declaration: SyncDeclaration<never> = {
  name: 'note',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
  shouldSync: (fields) => fields.get('is_public') === true,
};
const note = syncModel(NoteEntity, declaration);
const migrations = [
  { name: 'engine', sql: engineSchema },
  {
    name: 'notes',
    sql: `create table notes (id integer primary key autoincrement, uuid text unique,
      version text not null default '', title text not null, is_public integer not null default 0)`,
  },
];

let folder: string;
let library: Library;
let manager: TransactionManager;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  await migrateLibrary(path, migrations);
  const options = {
    path,
    libraryId: '11111111-1111-4111-8111-111111111111' as LibraryId,
    device: '00000000-0000-4000-8000-000000000001' as DeviceId,
    ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) },
    models: [note],
    migrations,
  };
  library = openLibrary(options);
  manager = await openTransactionManager(options);
});

afterEach(async () => {
  await manager.close();
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

const uuid = () => freshRecordId(Date.now());

/** Makes a note, or changes the one of that title; answers its UUID. */
function write(title: string, isPublic: boolean): Promise<unknown> {
  return manager.transactional(async (em) => {
    const there = await em.findOne(NoteEntity, { title });
    const row = there ?? em.create(NoteEntity, { uuid: uuid(), title, isPublic }, { persist: true });
    row.isPublic = isPublic;
    await em.flush();
    return row.uuid;
  });
}

const shipped = () => library.readOutbox(100).entries.map(({ header }) => header.recordId as string);

describe('a gate', () => {
  test('[S0-12] [CHG-9] keeps a row here while its predicate says no, whatever UUID it was given', async () => {
    expect(await write('mine', false)).toBe(null);
    expect(await write('ours', true)).toBeTypeOf('string');
    expect(shipped()).toHaveLength(1);
    expect(library.store.db.prepare('select count(*) from notes').pluck().get()).toBe(2);
  });

  test('[S0-12] [CHG-9] opens when the predicate says yes, and never closes again', async () => {
    await write('mine', false);
    await write('mine', false);
    const id = await write('mine', true);
    expect(shipped()).toEqual([id]);
    await library.clearOutbox(library.readOutbox(100).rows);
    expect(await write('mine', false)).toBe(id);
    expect(shipped()).toEqual([id]);
  });

  test('[S0-59] a row that never was synced is deleted in silence', async () => {
    await write('mine', false);
    await manager.transactional(async (em) => {
      em.remove(await em.findOneOrFail(NoteEntity, { title: 'mine' }));
    });
    expect(library.outboxCount()).toBe(0);
  });

  test('[S0-12] refuses a record that is not to be synced where only records are written', async () => {
    const ref = { model: 'note' as ModelName, id: uuid() };
    const put = (isPublic: boolean) =>
      library.write([
        {
          kind: 'put',
          ref,
          seen: null,
          fields: new Map<string, string | boolean>([
            ['title', 'x'],
            ['is_public', isPublic],
          ]),
        },
      ]);
    await expect(put(false)).rejects.toMatchObject({ code: 'invalid-argument', subject: { model: 'note' } });
    await put(true);
    await put(false);
    expect(shipped()).toEqual([ref.id, ref.id]);
  });

  test('[S0-12] is refused at registration where rows cannot be without a name', () => {
    const derived = syncModel(NoteEntity, { ...declaration, deriveId: () => null });
    expect(() => derived.spec).toThrow(expect.objectContaining({ code: 'invalid-model' }));
  });
});
