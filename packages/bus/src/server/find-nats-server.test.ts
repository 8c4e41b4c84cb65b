import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNatsServer } from './find-nats-server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-find-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, 0o755);
  return path;
}

test('a setting that names a program wins over PATH', () => {
  program('nats-server');
  const setting = program('my-nats');
  expect(findNatsServer({ setting, path: folder })).toBe(setting);
});

test('a program on PATH is found; relative folders of PATH do not count', () => {
  const path = program('nats-server');
  expect(findNatsServer({ path: `.:${folder}` })).toBe(path);
});

test('a setting that names no program is missing-dependency with the command that installs it', () => {
  const find = () => findNatsServer({ setting: join(folder, 'none') });
  expect(find).toThrow(expect.objectContaining({ code: 'missing-dependency' }));
  expect(find).toThrow(/apt-get install nats-server/);
});
