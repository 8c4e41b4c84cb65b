import { ShoalError } from '@shoal/core';
import { type Migration, type SyncedModel, tryModels } from '@shoal/library';
import { describe, expect, test } from 'vitest';
import { defineEntity, defineModels, p, syncColumns, syncColumnsSql, syncModel, TagEntity } from './index.ts';

const NoteEntity = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { ...syncColumns, title: p.string(), draft: p.string().nullable() },
});
const shared = { strategy: 'log', ownership: { kind: 'shared' } } as const;
const note = syncModel(NoteEntity, { name: 'note', ...shared, local: ['draft'] });
const migration = (sql: string, name = '0001-notes'): Migration => ({ name, sql });
const notes = migration(`create table notes (${syncColumnsSql}, title text not null, draft text)`);
const entityOf = (name: string, tableName: string, properties: object = {}) =>
  defineEntity({ name, tableName, properties: { ...syncColumns, ...properties } });

/** What a person reads who wrote that. */
function saidOf(models: readonly SyncedModel[], migrations: readonly Migration[] = [notes]) {
  try {
    tryModels(defineModels({ models, migrations }));
    return 'nothing';
  } catch (error) {
    expect(error).toBeInstanceOf(ShoalError);
    expect((error as ShoalError).code).toBe('invalid-model');
    return (error as ShoalError).message;
  }
}

describe('own models', () => {
  test('[S0-54] are a declaration beside an entity: the rest is read from it', () => {
    expect(saidOf([note])).toBe('nothing');
    const { registry, hasFiles } = defineModels({ models: [note], migrations: [notes] });
    expect(hasFiles).toBe(true);
    expect(registry.require('note')).toMatchObject({
      table: 'notes',
      domain: 'user-metadata',
      granularity: 'field',
      ids: 'fresh',
      fields: [{ name: 'title', kind: 'text', required: true }],
    });
  });

  test('[S0-54] stand beside the whole built-in domain, or beside the models alone that every library has', () => {
    const alone = defineModels({ models: [note], migrations: [notes], builtIn: 'devices' });
    tryModels(alone);
    expect(alone.registry.specs.map(({ name }) => name)).toEqual(['device', 'note', 'member']);
    expect(alone.hasFiles).toBe(false);
  });

  test('refer to built-in ones', () => {
    const LabelEntity = entityOf('Label', 'labels', {
      tag: () => p.manyToOne(TagEntity).deleteRule('no action'),
    });
    const label = syncModel(LabelEntity, { name: 'label', ...shared, references: { tag: 'wait' } as never });
    const labels = migration(
      `create table labels (${syncColumnsSql}, tag_id integer not null references tags (id) deferrable initially deferred)`,
    );
    expect(saidOf([label], [labels])).toBe('nothing');
  });
});

describe('[S0-54] wrong use of a declaration is refused with what to write instead:', () => {
  const declared = (change: object) => syncModel(NoteEntity, { name: 'note', ...shared, ...change });

  test.each<[string, object, string]>([
    [
      'no strategy',
      { strategy: undefined },
      `model "note" names no strategy; write strategy: 'log' (all devices write it) or 'state' (its owner alone does)`,
    ],
    [
      'an unknown strategy',
      { strategy: 'crdt' },
      `model "note" names the unknown strategy "crdt"; write strategy: 'log' (all devices write it) or 'state' (its owner alone does)`,
    ],
    [
      'no owner',
      { ownership: undefined },
      `model "note" does not say who owns its records; write ownership: { kind: 'shared' } where all devices do`,
    ],
    ['an unknown property', { local: ['drafts'] }, `model "note" names the unknown property "drafts"`],
  ])('%s', (_, change, message) => {
    expect(saidOf([declared(change)])).toBe(message);
  });

  test('an entity without the columns of the engine', () => {
    const bare = defineEntity({ name: 'Bare', tableName: 'bare', properties: { id: p.integer().primary() } });
    expect(saidOf([syncModel(bare, { name: 'bare', ...shared })])).toBe(
      'model "bare" lacks "uuid", "version"; write properties: { ...syncColumns, … } in its entity',
    );
  });

  test('a reference that says nothing of a missing target, and one to an entity that does not sync', () => {
    const PersonEntity = entityOf('Person', 'people');
    const CardEntity = entityOf('Card', 'cards', {
      person: () => p.manyToOne(PersonEntity).nullable().deleteRule('no action'),
    });
    expect(saidOf([syncModel(CardEntity, { name: 'card', ...shared })])).toBe(
      `model "card" does not say whether "person" waits or shows null (DEP-2); write references: { person: 'wait' } or 'null'`,
    );
    const card = syncModel(CardEntity, { name: 'card', ...shared, references: { person: 'null' } as never });
    expect(saidOf([card])).toBe(
      'model "card" refers by "person" to the unsynced "person"; declare "person" by syncModel beside it, or name "person" in local',
    );
  });

  test('a unique constraint without a policy', () => {
    const CodeEntity = entityOf('Code', 'codes', { text: p.string().unique() });
    expect(saidOf([syncModel(CodeEntity, { name: 'code', ...shared })])).toBe(
      `model "code" has no policy for the unique constraint on "text" (MRG-7); write uniques: [{ properties: ['text'], policy: 'hold' }]`,
    );
  });

  test('a circle of models that cannot be broken', () => {
    const HenEntity = entityOf('Hen', 'hens', {
      egg: () => p.manyToOne(EggEntity).nullable().deleteRule('no action'),
    });
    const EggEntity = entityOf('Egg', 'eggs', {
      hen: () => p.manyToOne(HenEntity).nullable().deleteRule('no action'),
    });
    const hen = syncModel(HenEntity, { name: 'hen', ...shared, references: { egg: 'wait' } as never });
    const egg = syncModel(EggEntity, { name: 'egg', ...shared, references: { hen: 'wait' } as never });
    expect(saidOf([hen, egg])).toBe(
      'models depend on each other in a circle: hen → egg → hen; let one of the references show null',
    );
  });

  test('two models of one name, a built-in one among them, or of one table', () => {
    expect(saidOf([note, note])).toBe('model "note" is declared twice; give one of the two another name');
    expect(saidOf([syncModel(NoteEntity, { name: 'tag', ...shared })])).toBe(
      'model "tag" is declared twice; give one of the two another name',
    );
    expect(saidOf([note, syncModel(NoteEntity, { name: 'other', ...shared })])).toBe(
      'model "other" has the table notes of the model "note"; give its entity another tableName',
    );
  });

  test('what a module in JavaScript passes instead of lists', () => {
    const define = (declaration: object) => () => defineModels(declaration as never);
    expect(define({ models: [NoteEntity], migrations: [] })).toThrow(
      '"models": expected a list of what syncModel returns; write models: [syncModel(NoteEntity, { … })]',
    );
    expect(define({ models: [note] })).toThrow(
      `"migrations": expected a list of steps; write migrations: [{ name: '0001-notes', sql: 'create table …' }]`,
    );
    expect(define({ models: [], migrations: [], builtIn: 'none' })).toThrow('expected all or devices');
  });
});

describe('[S0-54] migrations that do not fit the models are refused with the SQL to write:', () => {
  const table = (...columns: string[]) =>
    migration(`create table notes (${[syncColumnsSql, ...columns].join()})`);

  test.each<[string, Migration[], string]>([
    [
      'no table',
      [],
      `model "note": there is no table notes; add a migration: create table notes (\${syncColumnsSql}, title text not null default '')`,
    ],
    [
      'a column that is missing',
      [table('draft text')],
      `model "note": the table notes has no column "title"; add a migration: alter table notes add column title text not null default ''`,
    ],
    [
      'a local column that demands a value',
      [table('title text not null', 'draft text not null')],
      'model "note": the column "draft" of notes does not sync, so rows that arrive have no value for it; let it be null, or give it a default',
    ],
    [
      'SQL that fails',
      [migration('create tabel notes')],
      'the migration "0001-notes" fails: near "tabel": syntax error',
    ],
    [
      'a name twice',
      [notes, notes],
      'the migration "0001-notes" is there twice; give each step a name of its own',
    ],
    [
      'a name of the built-in ones',
      [migration('', 'shoal-0004-notes')],
      'the migration "shoal-0004-notes" has a name of the built-in models; begin it otherwise than with shoal-',
    ],
  ])('%s', (_, migrations, message) => {
    expect(saidOf([note], migrations)).toBe(message);
  });
});

test('[S0-54] wrong use that a compiler can see does not compile', () => {
  const declare = () => [
    // @ts-expect-error a strategy is named
    syncModel(NoteEntity, { name: 'note', ownership: { kind: 'shared' } }),
    // @ts-expect-error an owner is named
    syncModel(NoteEntity, { name: 'note', strategy: 'log' }),
    // @ts-expect-error there is no such property
    syncModel(NoteEntity, { name: 'note', ...shared, local: ['drafts'] }),
    // @ts-expect-error there is no such property to merge
    syncModel(NoteEntity, { name: 'note', ...shared, merge: { body: 'max' } }),
    // @ts-expect-error a constraint has a policy
    syncModel(NoteEntity, { name: 'note', ...shared, uniques: [{ properties: ['title'] }] }),
    // @ts-expect-error an entity is none of its rows
    syncModel({ title: 'a' }, { name: 'note', ...shared }),
    // @ts-expect-error entities are declared before they are listed
    defineModels({ models: [NoteEntity], migrations: [] }),
  ];
  expect(declare).toBeTypeOf('function');
});
