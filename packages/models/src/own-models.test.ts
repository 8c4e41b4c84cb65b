import { migrateLibrary } from '@shoal/library';
import { afterEach, expect, test } from 'vitest';
import {
  defineEntity,
  defineModels,
  type ModelSet,
  p,
  syncColumns,
  syncColumnsSql,
  syncModel,
} from './index.ts';
import { newId, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/** A models module as it grows, release by release, and devices that take each release when they like. */
const shared = { strategy: 'log', ownership: { kind: 'shared' } } as const;
const listEntity = defineEntity({
  name: 'List',
  tableName: 'lists',
  properties: { ...syncColumns, title: p.string() },
});
const list = syncModel(listEntity, { name: 'list', ...shared });
const lists = { name: '0001-lists', sql: `create table lists (${syncColumnsSql}, title text not null)` };

const todoColumns = {
  ...syncColumns,
  title: p.string(),
  list: () => p.manyToOne(listEntity).deleteRule('no action'),
};
const todo = syncModel(defineEntity({ name: 'Todo', tableName: 'todos', properties: todoColumns }), {
  name: 'todo',
  ...shared,
  references: { list: 'wait' },
});
const todos = {
  name: '0002-todos',
  sql: `create table todos (${syncColumnsSql}, title text not null,
    list_id integer not null references lists (id) deferrable initially deferred)`,
};

const todoWithDue = syncModel(
  defineEntity({
    name: 'Todo',
    tableName: 'todos',
    properties: { ...todoColumns, due: p.string().nullable() },
  }),
  { name: 'todo', ...shared, references: { list: 'wait' } },
);
const due = { name: '0003-due', sql: 'alter table todos add column due text' };

const first = defineModels({ models: [list], migrations: [lists], builtIn: 'devices' });
const second = defineModels({ models: [list, todo], migrations: [lists, todos], builtIn: 'devices' });
const third = defineModels({
  models: [list, todoWithDue],
  migrations: [lists, todos, due],
  builtIn: 'devices',
});

const open: TestDevice[] = [];
afterEach(() => {
  for (const device of open.splice(0)) device.close();
});

async function deviceWith(number: number, set: ModelSet): Promise<TestDevice> {
  const device = await testDevice(number, Date.now, set);
  open.push(device);
  await replan(device);
  return device;
}

/** As ingest does whenever it opens a library. */
async function replan({ library }: TestDevice): Promise<void> {
  while (!(await library.replanKnown(10)).isDone);
}

/** As a device does that starts with another module. */
async function upgrade(device: TestDevice, set: ModelSet): Promise<void> {
  await migrateLibrary(device.options.path, set.migrations);
  device.reopen(set);
  await replan(device);
}

test('[S0-54] [DEP-5] a model that one device has before the other waits there, and is shown once that one has it', async () => {
  const [a, b] = [await deviceWith(1, second), await deviceWith(2, first)];
  const [home, milk] = [newId(), newId()];
  await a.put('list', home, { title: 'home' });
  await a.put('todo', milk, { title: 'buy milk', list: home });
  await ship(a, [b]);
  expect(b.fields('list', home)).toEqual({ title: 'home' });
  expect(b.library.cursor.parked()).toMatchObject([{ reason: 'unknown-model', records: 1 }]);

  await upgrade(b, second);
  expect(b.library.cursor.parked()).toEqual([]);
  expect(b.fields('todo', milk)).toEqual({ title: 'buy milk', list: home });
});

test('[S0-54] [DEP-5] a field that one device has before the other is kept by that one, and shown once it has it', async () => {
  const [a, b] = [await deviceWith(1, second), await deviceWith(2, second)];
  const [home, milk] = [newId(), newId()];
  await a.put('list', home, { title: 'home' });
  await a.put('todo', milk, { title: 'milk', list: home });
  await ship(a, [b]);
  await upgrade(a, third);
  expect(a.fields('todo', milk)).toEqual({ title: 'milk', list: home, due: null });
  await a.put('todo', milk, { due: 'tomorrow' });
  await ship(a, [b]);
  await b.put('todo', milk, { title: 'oat milk' });
  await ship(b, [a]);

  await upgrade(b, third);
  for (const device of [a, b]) {
    expect(device.fields('todo', milk)).toEqual({ title: 'oat milk', list: home, due: 'tomorrow' });
  }
  expect(a.state('todo', milk)).toEqual(b.state('todo', milk));
});

test('[S0-54] a library of files goes on as one with own models beside them', async () => {
  const a = await testDevice(1);
  open.push(a);
  const tag = newId();
  await a.put('tag', tag, { canonical_name: 'holiday' });
  await upgrade(a, defineModels({ models: [list], migrations: [lists] }));
  expect(a.fields('tag', tag)).toMatchObject({ canonical_name: 'holiday' });
  await a.put('list', newId(), { title: 'home' });
  expect(a.dump()).toHaveLength(3);
});

test('[S0-54] a module that lost a migration is refused by its name', async () => {
  const a = await deviceWith(1, second);
  await expect(migrateLibrary(a.options.path, first.migrations)).rejects.toMatchObject({
    code: 'version-mismatch',
  });
});
