import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId, Value } from '@shoal/core';
import { type SyncDeclaration, syncModel } from '@shoal/library';
import { afterEach, expect, test } from 'vitest';
import { deviceMigrations } from './migrations.ts';
import { deviceModels } from './registry.ts';
import { syncColumns, syncColumnsSql } from './sync-columns.ts';
import { exchange, newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

/** A picture of the guide: a property, what its model declares, and what two devices write; undefined: deleted. */
interface Picture {
  readonly title: string;
  readonly property: string;
  readonly builder: string;
  readonly declares: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<'start' | 'a' | 'b' | 'both', Value | undefined>>;
}

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/merging.md', import.meta.url)),
  'utf8',
);
const pictures = [...guide.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = '']) => readPicture(text));
const builders: Readonly<Record<string, () => object>> = {
  'p.string()': () => p.string(),
  'p.string().nullable()': () => p.string().nullable(),
  'p.integer()': () => p.integer(),
  'p.json()': () => p.json(),
};

const open: TestDevice[] = [];
afterEach(() => {
  for (const device of open.splice(0)) device.close();
});

function readPicture(text: string): Picture {
  const [head = ''] = text.split('\n');
  const [field = '', rest = ''] = head.split(/ {2,}/);
  const [property = '', builder = ''] = field.split(': ');
  const cells = (name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`   ${name} `))!
      .trim()
      .split(/ {2,}/)
      .slice(1)
      .map(cellValue);
  const [start] = cells('start');
  const [a, b] = cells('A, B');
  const [both] = cells('both');
  const declares = Object.fromEntries(rest === '' ? [] : rest.split(', ').map((word) => word.split(': ')));
  return { title: head.trim(), property, builder, declares, values: { start, a, b, both } };
}

/** JSON travels as text. */
function cellValue(text: string): Value | undefined {
  if (text === 'deleted') return undefined;
  return /^[[{]/.test(text) ? text : JSON.parse(text);
}

function modelOf({ property, builder, declares }: Picture) {
  const entity = defineEntity({
    name: 'Book',
    tableName: 'books',
    properties: { ...syncColumns, [property]: builders[builder]!() as never },
  });
  const { merge, ...words } = declares;
  const declared = { ...words, ...(merge === undefined ? {} : { merge: { [property]: merge } }) };
  return syncModel(entity, {
    name: 'book',
    strategy: 'log',
    ownership: { kind: 'shared' },
    ...(declared as Partial<SyncDeclaration<never>>),
  });
}

test('[S2-38] the guide has a picture of every merge rule', () => {
  const rules = pictures.map(({ declares }) => declares.merge);
  expect(new Set(rules)).toEqual(new Set([undefined, 'max', 'monotone', 'counter', 'union', 'map', 'first']));
});

test.each(pictures)(
  '[S2-38] [MRG-3] [MRG-4] what the guide draws of “$title” is what two devices show',
  async (picture) => {
    const model = modelOf(picture);
    const [{ field, column }] = model.columns as [(typeof model.columns)[0]];
    const changed = {
      models: [...deviceModels, model],
      migrations: [
        ...deviceMigrations,
        { name: 'books', sql: `create table books (${syncColumnsSql}, ${column})` },
      ],
    };
    const [a, b] = [await testDevice(1, Date.now, changed), await testDevice(2, Date.now, changed)];
    open.push(a, b);
    const id = newId();
    const write = (device: TestDevice, value: Value | undefined) =>
      value === undefined ? device.remove('book', id) : device.put('book', id, { [field.name]: value });
    const { values } = picture;
    await write(a, values.start);
    await exchange(a, b);
    await write(a, values.a);
    await write(b, values.b);
    await exchange(a, b);
    for (const device of [a, b]) expect(shownBy(device, id, field.name)).toEqual(values.both);
  },
);

function shownBy(device: TestDevice, id: RecordId, field: string): Value | undefined {
  return device.fields('book', id)?.[field];
}
