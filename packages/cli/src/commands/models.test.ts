import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';

/** A models module as somebody writes it, in a folder without packages, and what is said of it where it is wrong. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-models-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function shoal(...args: string[]): Promise<string> {
  const { surroundings, written } = testSurroundings();
  await createProgram(surroundings).parseAsync([...args, '--home', join(folder, 'home')], { from: 'user' });
  return written.stdout;
}

async function moduleOf(text: string, name = `${crypto.randomUUID()}.ts`): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const imports = `import { defineEntity, defineModels, p, syncColumns, syncColumnsSql, syncModel } from '@shoal/models';`;
const note = (declaration: string, properties = '') => `${imports}
const NoteEntity = defineEntity({ name: 'Note', tableName: 'notes', properties: { ...syncColumns, title: p.string(), ${properties} } });
const note = syncModel(NoteEntity, ${declaration});
export default defineModels({
  models: [note],
  migrations: [{ name: '0001-notes', sql: \`create table notes (\${syncColumnsSql}, title text not null)\` }],
  builtIn: 'devices',
});`;
const whole = "{ name: 'note', strategy: 'log', ownership: { kind: 'shared' } }";

test('[S0-54] a module is checked, taken at `init` or later, and its models are listed', async () => {
  const path = await moduleOf(note(whole));
  expect(await shoal('models', 'check', path)).toBe(
    [
      'device  state, self: app_version created_by hardware_model name os schemas slug',
      'note    log, shared: title',
      'member  log, shared: device joined_at revoked_at revoked_by role sync_filter',
      '',
    ].join('\n'),
  );
  await shoal('init', '--models', path);
  expect(JSON.parse(await shoal('models', 'list', '--json'))).toMatchObject({
    module: path,
    models: [{ name: 'device' }, { name: 'note', fields: ['title'], schemaVersion: 1 }, { name: 'member' }],
  });
  const other = await moduleOf(note(whole.replace('note', 'memo')));
  expect(await shoal('models', 'use', other)).toBe(`the models of this device are those of ${other}\n`);
  expect(await shoal('models', 'list')).toMatch(/^memo +log, shared: title$/m);
});

test('[S0-54] a device whose module is gone does not start, and says so before anything runs', async () => {
  const path = await moduleOf(note(whole));
  await shoal('models', 'use', path);
  await rm(path);
  const { surroundings } = testSurroundings();
  const up = createProgram(surroundings).parseAsync(['up', '--home', join(folder, 'home')], { from: 'user' });
  await expect(up).rejects.toMatchObject({
    code: 'not-found',
    message: `there is no models module ${path}; name the one that is there by \`shoal models use FILE\``,
  });
});

test('[S0-54] a module in JavaScript is taken as well', async () => {
  expect(await shoal('models', 'check', await moduleOf(note(whole), 'models.js'))).toContain('note ');
});

test.each([
  [
    'that is not there',
    undefined,
    'not-found',
    /no models module .*none\.ts; name the one that is there by `shoal models use FILE`$/,
  ],
  [
    'that exports nothing',
    imports,
    'invalid-model',
    /exports no models; write `export default defineModels\(\{ models: \[…\], migrations: \[…\] \}\)`$/,
  ],
  [
    'that exports something else',
    'export default { models: [] };',
    'invalid-model',
    /exports no models; write/,
  ],
  ['that is no JavaScript', 'export default {{', 'invalid-model', /cannot be loaded: /],
  [
    'that imports what is not there',
    "import 'nothing-of-that-name';",
    'invalid-model',
    /cannot be loaded: Cannot find package/,
  ],
  [
    'with a model without strategy',
    note("{ name: 'note', ownership: { kind: 'shared' } }"),
    'invalid-model',
    /\.ts: model "note" names no strategy; write strategy: 'log' /,
  ],
  [
    'whose tables lack a column',
    note(whole, 'done: p.boolean().default(false)'),
    'invalid-model',
    /add a migration: alter table notes add column done integer not null default 0$/,
  ],
])('[S0-54] a module %s is refused before anything is made of it', async (_, text, code, message) => {
  const path = text === undefined ? join(folder, 'none.ts') : await moduleOf(text);
  const home = await readFile(join(folder, 'home', 'config.json'), 'utf8').catch(() => '');
  for (const command of [
    ['models', 'check'],
    ['models', 'use'],
  ]) {
    await expect(shoal(...command, path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  }
  expect(await readFile(join(folder, 'home', 'config.json'), 'utf8').catch(() => '')).toBe(home);
});
