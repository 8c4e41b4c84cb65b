import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '@shoal/models';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';

/**
 * Every place of the program that writes a synced table by a statement, with why nothing slips by there. A new one is a way
 * past the capture until it stands here (S4-03). The log-store has tables in `sync.db` that are called alike.
 */
const sites: Readonly<Record<string, string>> = {
  'packages/library/src/store/row-store.ts': 'carries out what was captured or applied',
  'packages/library/src/store/insert-rows.ts':
    'states and outbox alone; for the tables of models it is not used',
  'packages/library/src/orm/sync-gate.ts':
    'names a row in the transaction that captures it, or takes its name before',
  'packages/library/src/api/skipped-store.ts': 'rows without a UUID: they stay here',
  'packages/models/src/migrations.ts': 'the schema; triggers that delete rows without a UUID',
  'services/capture/src/store/unready-rows.ts': 'rows without a UUID, until the capture takes them over',
  'services/capture/src/store/location-rows.ts': 'columns that never leave the device',
};

const folders = ['library', 'models', 'cli', 'service-kit', 'embed', 'bus', 'core', 'proto']
  .map((name) => `packages/${name}/src`)
  .concat(['capture', 'ingest', 'gateway'].map((name) => `services/${name}/src`));
const tables = registry.specs.map(({ table }) => table).join('|');
/** A model's table by its name, or one that is only known when it runs. */
const writing = new RegExp(
  `\\b(?:insert (?:or \\w+ )?into|replace into|delete from|update) +(?:(?:${tables})\\b|\\$\\{[^}]*\\b(?:table|spec)\\b)`,
);

const sources = folders
  .flatMap((folder) => filesBelow(folder, (name) => name.endsWith('.ts')))
  .filter((path) => !isTestFile(path))
  .map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, ''),
  }));

test('[S4-03] [S4-36] synced tables are written by statements in these places alone, and in each of them', () => {
  const writers = sources.filter(({ text }) => writing.test(text)).map(({ path }) => path);
  expect(sources.length).toBeGreaterThan(250);
  expect(writers).toEqual(Object.keys(sites).sort());
});

test('[S2-05] [S4-36] a stamp is given, a strategy looked at and the outbox written in one place for all who write', () => {
  const usersOf = (call: RegExp) => sources.filter(({ text }) => call.test(text)).map(({ path }) => path);
  expect(usersOf(/(?<!function )\bdraftWrites\(/)).toEqual([
    'packages/library/src/capture/capture-writes.ts',
  ]);
  expect(usersOf(/\boutbox\.add(First)?\(/)).toEqual(['packages/library/src/capture/capture-writes.ts']);
  expect(usersOf(/\bcaptureWrites\((?!\s*context: CaptureContext)/)).toEqual([
    'packages/library/src/capture/capture-batches.ts',
    'packages/library/src/orm/capture-subscriber.ts',
  ]);
});
