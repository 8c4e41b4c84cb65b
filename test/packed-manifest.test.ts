import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withJsImports, withNearSource } from '../scripts/packages/assemble-package.ts';
import { packedManifest } from '../scripts/packages/packed-manifest.ts';
import { publishedPackages } from '../scripts/packages/published-packages.ts';
import { filesBelow, root } from './source-files.ts';

const source = {
  name: '@shoal/lamp',
  version: '0.1.0',
  license: 'Apache-2.0',
  scripts: { generate: 'buf generate' },
  exports: {
    '.': './src/index.ts',
    './inspect': './src/inspect/index.ts',
    './testing': './src/testing/index.ts',
  },
  dependencies: { '@shoal/core': '0.1.0' },
  devDependencies: { 'fast-check': '1.0.0' },
  publishConfig: { directory: 'dist' },
};

test('what is packed names what was built, with its types, and nothing that only the repository needs', () => {
  expect(packedManifest(source)).toEqual({
    name: '@shoal/lamp',
    version: '0.1.0',
    license: 'Apache-2.0',
    dependencies: { '@shoal/core': '0.1.0' },
    files: ['CHANGELOG.md', 'bin', 'gen', 'shoal', 'src'],
    exports: {
      '.': { types: './src/index.d.ts', default: './src/index.js' },
      './inspect': { types: './src/inspect/index.d.ts', default: './src/inspect/index.js' },
      './package.json': './package.json',
    },
  });
});

test('a door that is no TypeScript is refused, naming package and door', () => {
  const wrong = { ...source, exports: { '.': './src/index.js' } };
  expect(() => packedManifest(wrong)).toThrow(
    '@shoal/lamp: expected a door "./….ts", found "./src/index.js"',
  );
});

test('declarations import what is there: JavaScript beside them, in every form of import', () => {
  const before = [
    `import { a } from './a.ts';`,
    `export * from "../b/c.ts";`,
    `declare const d: import("../../d.ts").D;`,
    `import './e.ts';`,
    `import { f } from '@shoal/core';`,
  ];
  expect(withJsImports(before.join('\n')).split('\n')).toEqual([
    `import { a } from './a.js';`,
    `export * from "../b/c.js";`,
    `declare const d: import("../../d.js").D;`,
    `import './e.js';`,
    `import { f } from '@shoal/core';`,
  ]);
});

test('a source map carries its source, by the name of the file and not by a path of the repository', () => {
  const map = {
    version: 3,
    sourceRoot: '',
    sources: ['../../../src/a.ts'],
    sourcesContent: ['a'],
    mappings: '',
  };
  expect(JSON.parse(withNearSource(JSON.stringify(map), 'a'))).toEqual({ ...map, sources: ['a.ts'] });
});

test('what others can install is of one version, is described, is packed from dist, and needs nothing that is private', () => {
  const packages = publishedPackages(root);
  const names = new Set(packages.map(({ manifest }) => manifest.name));
  expect(names.size).toBeGreaterThan(10);
  for (const { manifest } of packages) {
    expect(manifest).toMatchObject({
      version: packages[0]!.manifest.version,
      description: expect.stringMatching(/.{30,}/),
      license: 'Apache-2.0',
      engines: { node: '>=24' },
      publishConfig: { directory: 'dist' },
    });
    const needed = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@shoal/'));
    expect(needed.filter((name) => !names.has(name))).toEqual([]);
  }
});

test('[S2-59] what others can install has a changelog whose newest version is its own, or a change that waits for one', () => {
  const waiting = filesBelow('.changeset', (name) => name.endsWith('.md')).map((path) =>
    readFileSync(join(root, path), 'utf8'),
  );
  const untold = publishedPackages(root).filter(({ folder, manifest }) => {
    const path = join(folder, 'CHANGELOG.md');
    const [, newest] = (existsSync(path) && /^## (.+)$/m.exec(readFileSync(path, 'utf8'))) || [];
    return newest !== manifest.version && !waiting.some((text) => text.includes(`"${manifest.name}":`));
  });
  expect(untold.map(({ manifest }) => manifest.name)).toEqual([]);
});
