import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '@shoal/models';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';

/**
 * The engine knows models by their declarations alone. What fills the built-in domain from the disk and for people does
 * name them: it is a user of the engine that happens to live in capture.
 */
const ofTheDomain = [
  /^services\/capture\/src\/(index|index-thread|store|volumes)\//,
  /^services\/capture\/src\/(device-record|location-ignores|locations|no-locations)\.ts$/,
  /^services\/capture\/src\/(favorites|metadata-targets|tagging)\.ts$/,
  /^services\/gateway\/src\/find-entries\.ts$/,
];

const engine = ['core', 'proto', 'bus', 'library', 'telemetry', 'service-kit', 'client']
  .map((name) => `packages/${name}/src`)
  .concat(['capture', 'log-store', 'ingest', 'gateway'].map((name) => `services/${name}/src`));

const names = registry.specs.map(({ name }) => name).join('|');
/** A model taken by its name, or a branch on one. Beside these nothing of `@shoal/models` but the domain as a whole. */
const waysToName = [
  /'[a-z_]+' as ModelName/,
  new RegExp(`\\b(model|name)\\b\\)? *[!=]== *'(${names})'`),
  new RegExp(`\\bmodel: *'(${names})'`),
];
const importOfModels = /import (?:type )?\{([^}]*)\} from '@shoal\/models'/g;
const wholeDomain = new Set([
  ...['loadModels', 'ModelSet', 'builtInModels', 'memberSchemas'],
  ...['models', 'registry', 'migrations', 'localEntities'],
]);

test('[S0-05] no service and no package of the engine knows a model by its name', () => {
  const files = engine.flatMap((folder) => filesBelow(folder, (name) => name.endsWith('.ts')));
  const looked = files.filter((path) => !isTestFile(path) && !ofTheDomain.some((own) => own.test(path)));
  expect(looked.length).toBeGreaterThan(200);
  expect(looked.flatMap((path) => namings(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
});

test('what names a model is seen', () => {
  const planted = [
    "const ref = { model: 'tag', id };",
    "if (spec.name === 'entry') return;",
    "const model = 'tag' as ModelName;",
    "import { migrations, userMetadataId } from '@shoal/models';",
  ];
  for (const line of planted) expect(namings('x.ts', line), line).toHaveLength(1);
  expect(namings('x.ts', "import { migrations, models } from '@shoal/models';")).toEqual([]);
});

function namings(path: string, text: string): string[] {
  const lines = text.split('\n').filter((line) => waysToName.some((way) => way.test(line)));
  const imported = [...text.matchAll(importOfModels)].flatMap(([, list]) =>
    list!.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
  const foreign = imported.filter((name) => name !== '' && !wholeDomain.has(name));
  return [...lines.map((line) => line.trim()), ...foreign].map((found) => `${path}: ${found}`);
}
