import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import type { DeviceId, LibraryId, ModelName, RecordId, Value } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshRecordId } from '../crypto/record-ids.ts';
import { type Library, openLibrary } from '../library.ts';
import { migrateLibrary } from '../migrate-library.ts';
import { openTransactionManager } from '../orm/transaction-manager.ts';
import { engineSchema } from '../store/engine-schema.ts';
import { type SyncDeclaration, syncModel } from './sync-model.ts';

const SheetEntity = defineEntity({
  name: 'Sheet',
  tableName: 'sheets',
  properties: {
    id: p.integer().primary().autoincrement(),
    uuid: p.uuid().unique().nullable(),
    version: p.text().default(''),
    title: p.string().nullable(),
    plays: p.integer().default(0),
    highest: p.integer().nullable(),
    labels: p.json<string[]>(),
    data: p.json<Record<string, unknown>>(),
  },
});

const declaration: SyncDeclaration<'plays' | 'highest' | 'labels' | 'data'> = {
  name: 'sheet',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
  merge: { plays: 'counter', highest: 'monotone', labels: 'union', data: 'map' },
};
const model = syncModel(SheetEntity, declaration);
const migrations = [
  { name: 'engine', sql: engineSchema },
  {
    name: 'sheets',
    sql: `create table sheets (id integer primary key autoincrement, uuid text unique,
      version text not null default '', title text, plays integer not null default 0, highest integer,
      labels text not null, data text not null)`,
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
    models: [model],
    migrations,
  });
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (id: string, fields: Record<string, Value>) =>
  library.write([
    {
      kind: 'put',
      ref: { model: 'sheet' as ModelName, id: id as RecordId },
      fields: new Map(Object.entries(fields)),
      seen: null,
    },
  ]);
const row = () => library.store.db.prepare('select plays, highest, labels, data from sheets').get();

describe('merge rules of a declaration', () => {
  test('[MRG-3] stand in the fields of the model; what is merged in parts is empty by default', () => {
    const rules = model.spec.fields.map((field) => [
      field.name,
      field.kind !== 'reference' && field.merge,
      field.default,
    ]);
    expect(rules).toEqual([
      ['data', 'map', '{}'],
      ['highest', 'monotone', null],
      ['labels', 'union', '[]'],
      ['plays', 'counter', 0],
      ['title', undefined, null],
    ]);
  });

  test('[MRG-3] of what does not sync are refused', () => {
    const read = () => syncModel(SheetEntity, { ...declaration, local: ['plays'] }).spec;
    expect(read).toThrow(/merges "plays", which is no synced property/);
  });

  test('[MRG-3] a unit of work writes differences, and its rows show what is merged', async () => {
    const id = freshRecordId(Date.now());
    const manager = await openTransactionManager(library.options);
    const em = manager.fork();
    const sheet = em.create(
      SheetEntity,
      { uuid: id, title: 'made', highest: 5, labels: ['b', 'a', 'b'], data: { x: { y: 1 } } },
      { persist: true },
    );
    await em.flush();
    expect(row()).toEqual({ plays: 0, highest: 5, labels: '["a","b"]', data: '{"x":{"y":1}}' });

    // Another writes meanwhile; this one goes on with what it loaded.
    await write(id, { plays: 3, labels: '["a","b","c"]', data: '{"x":{"y":1,"z":2}}', highest: 9 });
    sheet.plays += 2;
    sheet.labels = ['a', 'd'];
    sheet.data = { x: { y: 4 } };
    sheet.highest = 7;
    await em.flush();
    expect(row()).toEqual({ plays: 5, highest: 9, labels: '["a","c","d"]', data: '{"x":{"y":4,"z":2}}' });

    sheet.highest = 6;
    await em.flush();
    expect(row()).toMatchObject({ highest: 9 });
    await manager.close();
  });
});
