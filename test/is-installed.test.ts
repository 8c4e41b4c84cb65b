import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './source-files.ts';

const wanted = {
  '': { version: '0.1.0' },
  'packages/core': { version: '0.1.0' },
  'node_modules/@shoal/core': { link: true },
  'node_modules/left': { version: '1.0.0' },
  'node_modules/left-darwin': { version: '1.0.0', optional: true },
};
const { 'node_modules/left-darwin': _other, ...present } = wanted;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-installed-'));
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  cpSync(join(root, 'scripts/is-installed.js'), join(folder, 'scripts/is-installed.js'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('an install is current if all of the lock file is there but packages of other platforms', () => {
  lock('package-lock.json', wanted);
  lock('node_modules/.package-lock.json', present);
  expect(isInstalled()).toBe(true);
});

test('an install that was killed left no record of itself and is not current', () => {
  lock('package-lock.json', wanted);
  expect(isInstalled()).toBe(false);
});

test('an install is not current when the lock file asks for another version or for more', () => {
  lock('node_modules/.package-lock.json', present);
  lock('package-lock.json', { ...wanted, 'node_modules/left': { version: '1.0.1' } });
  expect(isInstalled()).toBe(false);
  lock('package-lock.json', { ...wanted, 'node_modules/right': { version: '1.0.0' } });
  expect(isInstalled()).toBe(false);
});

function lock(path: string, packages: Record<string, object>): void {
  writeFileSync(join(folder, path), JSON.stringify({ packages }));
}

function isInstalled(): boolean {
  return spawnSync(process.execPath, [join(folder, 'scripts/is-installed.js')]).status === 0;
}
