import { defineEntity, p } from '@mikro-orm/core';
import {
  formatSchemas,
  knownSchemas,
  type LogId,
  type RecordId,
  type RecordRef,
  referencesOf,
} from '@shoal/core';
import { migrateLibrary, openLibrary, type Replanned, type SyncedModel, syncModel } from '@shoal/library';
import { afterEach, describe, expect, test } from 'vitest';
import { device, memberSchemas, migrations, models, tag } from './index.ts';
import { syncColumns } from './sync-columns.ts';
import { newId, type ShippedEntry, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

const open: TestDevice[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function deviceWith(number: number, changed: Parameters<typeof testDevice>[2] = {}) {
  const opened = await testDevice(number, Date.now, changed);
  open.push(opened);
  return opened;
}

/** As ingest does before it applies anything; few records at a time. */
async function replan({ library }: TestDevice): Promise<Omit<Replanned, 'isDone'>> {
  const all: Omit<Replanned, 'isDone'> = { changes: [], again: [], failed: [] };
  for (;;) {
    const { isDone, changes, again, failed } = await library.replanKnown(2);
    Object.assign(all, {
      changes: [...all.changes, ...changes],
      again: [...all.again, ...again],
      failed: [...all.failed, ...failed],
    });
    if (isDone) return all;
  }
}

/** A model of a program that differs. */
const tagOf = (changed: Partial<SyncedModel['spec']>): SyncedModel => ({
  ...tag,
  columns: tag.columns,
  localColumns: tag.localColumns,
  spec: { ...tag.spec, ...changed },
});
const withTag = (changed: Partial<SyncedModel['spec']>) =>
  models.map((model) => (model.spec.name === 'tag' ? tagOf(changed) : model));
/** The models but these, and all that refers to them. */
function without(...names: readonly string[]): readonly SyncedModel[] {
  const left = models.filter(({ spec }) => !names.includes(spec.name));
  const lost = left.filter(({ spec }) => referencesOf(spec).some(({ target }) => names.includes(target)));
  return lost.length === 0 ? left : without(...names, ...lost.map(({ spec }) => spec.name));
}
const parked = ({ library }: TestDevice) =>
  library.cursor.parked().map(({ reason, records }) => `${records} ${reason}`);

describe('[DEP-5] after an upgrade', () => {
  test('what was of an unknown model is shown, and what waits for it, in several transactions', async () => {
    const a = await deviceWith(1);
    const older = without('location', 'entry', 'tag');
    const b = await deviceWith(2, { models: older });
    await ship(b, [a]);
    const location = newId();
    await a.put('location', location, { name: 'home', path: '/home', device: a.id });
    for (let n = 0; n < 5; n += 1) {
      await a.put('tag', newId(), { canonical_name: `tag ${n}` });
      await a.put('entry', newId(), { name: `${n}`, kind: 'file', location });
    }
    await ship(a, [b]);
    expect(parked(b)).toEqual(['11 unknown-model']);

    b.reopen({ models });
    const { changes, again, failed } = await replan(b);
    expect(changes).toHaveLength(11);
    expect([...again, ...failed]).toEqual([]);
    expect(parked(b)).toEqual([]);
    expect(b.dump()).toEqual(a.dump());
    expect(await replan(b)).toEqual({ changes: [], again: [], failed: [] });
  });

  test('what was of an unknown schema is shown again, with the local columns that it had', async () => {
    const [a, b] = [await deviceWith(1), await deviceWith(2)];
    const id = newId();
    await a.put('tag', id, { canonical_name: 'before' });
    await ship(a, [b]);
    await b.library.transaction(({ store }) => store.rows(tag.spec.name).setLocal(id, { created_at: 7 }));
    a.reopen({ models: withTag({ schemaVersion: 2 }) });
    await a.put('tag', id, { canonical_name: 'after' });
    await ship(a, [b]);
    expect(parked(b)).toEqual(['1 unknown-schema']);
    expect(b.fields('tag', id)).toBeUndefined();

    b.reopen({ models: withTag({ schemaVersion: 2 }) });
    await replan(b);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'after' });
    const row = b.library.store.db.prepare('select created_at from tags where uuid = ?').pluck();
    expect(row.get(id)).toBe(7);
  });

  test('what is still unknown stays parked', async () => {
    const a = await deviceWith(1, { models: withTag({ schemaVersion: 3 }) });
    const b = await deviceWith(2);
    await a.put('tag', newId(), { canonical_name: 'newest' });
    await ship(a, [b]);
    b.reopen({ models: withTag({ schemaVersion: 2 }) });
    expect((await replan(b)).changes).toEqual([]);
    expect(parked(b)).toEqual(['1 unknown-schema']);
  });

  test('[ING-3] values that nobody could check then are checked: the entry that has them is set aside, the others count', async () => {
    const newer = withTag({ schemaVersion: 2 });
    const wrong = tag.spec.fields.map((field) =>
      field.name === 'search_weight' ? { ...field, kind: 'text' as const, default: '' } : field,
    );
    const a = await deviceWith(1, { models: newer });
    const b = await deviceWith(2);
    const id = newId();
    await a.put('tag', id, { canonical_name: 'good' });
    const entries: ShippedEntry[] = [...(await a.drain())];
    a.reopen({ models: withTag({ schemaVersion: 2, fields: wrong }) });
    await a.put('tag', id, { search_weight: 'heavy' });
    entries.push(...(await a.drain()));
    await b.apply(entries);
    const cursor = b.library.cursor.read()!;
    expect(parked(b)).toEqual(['1 unknown-schema']);

    b.reopen({ models: newer });
    const ref = { model: 'tag', id } as RecordRef;
    expect(await replan(b)).toEqual({ changes: [], again: [ref], failed: [] });
    const { appliedSeq } = b.library.cursor.read()!;
    expect(appliedSeq).toBe(entries.findIndex(({ header }) => header.recordId === id));
    const rest = entries.slice(appliedSeq).map((entry, at) => ({ seq: appliedSeq + 1 + at, entry }));
    await b.library.sweepExceptions('test' as LogId);
    const { quarantined } = await b.library.apply(rest, cursor);
    expect(quarantined.map(({ entry }) => entry.seq)).toEqual([entries.length]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'good', search_weight: 100 });
    expect(b.library.exceptions.between('test' as LogId, 1, 100, 100)).toEqual([entries.length]);
  });
});

describe('[DEP-5] a field that an older program does not know', () => {
  const TagWithMood = defineEntity({
    name: 'Tag',
    tableName: 'tags',
    properties: {
      ...syncColumns,
      canonicalName: p.string(),
      color: p.string().nullable(),
      mood: p.string().nullable(),
    },
  });
  const sharedTag = {
    name: 'tag',
    domain: 'user-metadata',
    ownership: { kind: 'shared' },
    strategy: 'log',
    granularity: 'field',
  } as const;
  const tagWithMood = syncModel(TagWithMood, sharedTag);
  const newer = {
    models: [device, tagWithMood],
    migrations: [...migrations, { name: '0003-mood', sql: 'alter table tags add column mood text' }],
  };

  test('outlives its edits, is passed on by it, and is shown by it after its upgrade', async () => {
    const a = await deviceWith(1, newer);
    const b = await deviceWith(2);
    await replan(b);
    const id = newId();
    await a.put('tag', id, { canonical_name: 'tag', mood: 'bright' });
    await ship(a, [b]);
    await b.put('tag', id, { color: 'red' });
    await ship(b, [a]);
    expect(a.fields('tag', id)).toEqual({ canonical_name: 'tag', color: 'red', mood: 'bright' });

    await migrateLibrary(b.options.path, newer.migrations);
    b.reopen(newer);
    expect(b.fields('tag', id)).toMatchObject({ mood: null });
    expect((await replan(b)).changes).toEqual([{ ref: { model: 'tag', id }, removed: false }]);
    expect(b.fields('tag', id)).toMatchObject({ mood: 'bright', color: 'red' });
    expect(b.version('tag', id)).toBe(a.version('tag', id));
    expect((await replan(b)).changes).toEqual([]);
  });

  test('[MRG-3] that is merged in parts is shown after the upgrade, though it has no value of its own', async () => {
    const TagWithMarks = defineEntity({
      name: 'Tag',
      tableName: 'tags',
      properties: {
        ...syncColumns,
        canonicalName: p.string(),
        marks: p.json<string[]>().onCreate(() => []),
      },
    });
    const declaration = { ...sharedTag, merge: { marks: 'union' } } as const;
    const later = {
      models: [device, syncModel(TagWithMarks, declaration)],
      migrations: [
        ...migrations,
        { name: '0003-marks', sql: "alter table tags add column marks text not null default '[]'" },
      ],
    };
    const a = await deviceWith(1, later);
    const b = await deviceWith(2);
    await replan(b);
    const id = newId();
    await a.put('tag', id, { canonical_name: 'tag' });
    await a.put('tag', id, { marks: '["m1"]' });
    await ship(a, [b]);
    await migrateLibrary(b.options.path, later.migrations);
    b.reopen(later);
    await replan(b);
    expect(b.fields('tag', id)).toEqual(a.fields('tag', id));
    expect(b.fields('tag', id)).toMatchObject({ marks: '["m1"]' });
  });
});

describe('[DEP-5] a writer that knows more than another member', () => {
  /** The second version of tags has a mood, as a test's own table. */
  const TagOfTwo = defineEntity({
    name: 'Tag',
    tableName: 'tags',
    properties: { ...syncColumns, canonicalName: p.string(), mood: p.string().nullable() },
  });
  const tagOfTwo = syncModel(TagOfTwo, {
    name: 'tag',
    domain: 'user-metadata',
    ownership: { kind: 'shared' },
    strategy: 'log',
    granularity: 'field',
    schemaVersion: 2,
    since: { mood: 2 },
  });
  const older = { schemas: memberSchemas };
  const newer = {
    ...older,
    models: models
      .map((model) => (model.spec.name === 'tag' ? tagOfTwo : model))
      .filter(({ spec }) => !spec.name.startsWith('user_metadata')),
    migrations: [...migrations, { name: '0003-mood', sql: 'alter table tags add column mood text' }],
  };

  /** As capture does when it opens a library. */
  const announce = ({ library, id, put }: TestDevice) =>
    put('device', id as string as RecordId, {
      name: id.slice(-1),
      slug: id.slice(-1),
      schemas: formatSchemas(knownSchemas(library.store.registry)),
    });

  test('writes what that one knows, so that nothing parks there, until it is upgraded and says so', async () => {
    const [a, b] = [await deviceWith(1, newer), await deviceWith(2, older)];
    await announce(a);
    await announce(b);
    await ship(a, [b]);
    await ship(b, [a]);
    const id = newId();
    await a.put('tag', id, { canonical_name: 'for both' });
    await expect(a.put('tag', id, { mood: 'bright' })).rejects.toMatchObject({
      code: 'schema-not-agreed',
      subject: { model: 'tag', field: 'mood', record: id },
    });
    const entries = await a.drain();
    expect(entries.map(({ header }) => header.schemaVersion)).toEqual([1]);
    await b.apply(entries);
    expect(parked(b)).toEqual([]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'for both' });

    await migrateLibrary(b.options.path, newer.migrations);
    b.reopen(newer);
    await replan(b);
    await announce(b);
    await ship(b, [a]);
    await a.put('tag', id, { mood: 'bright' });
    await ship(a, [b]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'for both', mood: 'bright' });
    expect(b.state('tag', id)).toEqual(a.state('tag', id));
  });

  test('writes what it knows where it is alone, or the others announce nothing', async () => {
    const a = await deviceWith(1, newer);
    await a.put('device', a.id as string as RecordId, { name: 'a', slug: 'a' });
    const id = newId();
    await a.put('tag', id, { canonical_name: 'mine', mood: 'bright' });
    expect((await a.drain()).map(({ header }) => header.schemaVersion)).toEqual([1, 2]);
  });
});

test('[S0-09] a model that comes back under another name is refused at start-up, by both names', async () => {
  const a = await deviceWith(1, { models: [device, tag] });
  const renamed = tagOf({ name: 'label' as never });
  expect(() => openLibrary({ ...a.options, models: [device, renamed] })).toThrow(
    expect.objectContaining({
      code: 'invalid-model',
      message: expect.stringMatching(/"label".*"tag"/),
    }),
  );
  a.reopen({ models });
  expect(a.dump()).toHaveLength(1);
});
