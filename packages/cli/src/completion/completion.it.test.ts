import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { addLibrary, initHome, newLibraryFile } from '@shoal/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completionScript } from './completion-script.ts';

/** The script in a real bash, as readline calls it, with the real `shoal` behind it. */
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-completion-'));
  const { paths } = await initHome({ dir: join(folder, 'home'), name: 'laptop' });
  for (const name of ['photos', 'my music']) await addLibrary(paths, newLibraryFile({ name }));
  await mkdir(join(folder, 'files', 'pictures'), { recursive: true });
  await writeFile(join(folder, 'files', 'plain.txt'), '');
  await writeFile(join(folder, 'shoal.bash'), completionScript('bash', [process.execPath, main]));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs these in one bash; each asks for one completion, and answers its words on one line. */
async function bash(...lines: readonly (readonly string[])[]): Promise<string[][]> {
  const script = [
    'source ./shoal.bash; cd files',
    `offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shoal_complete; (IFS="|"; echo "\${COMPREPLY[*]}"); }`,
    ...lines.map((words) => `offer ${words.map((word) => `'${word}'`).join(' ')}`),
  ].join('\n');
  const env = { ...process.env, SHOAL_HOME: join(folder, 'home'), SHOAL_JSON: '1' };
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script], {
    cwd: folder,
    env,
  });
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('|').filter((word) => word !== ''));
}

test('bash is offered commands, options, choices, libraries by name, and files', {
  timeout: 60_000,
}, async () => {
  const [commands, nested, options, choices, equals, libraries, files, none] = await bash(
    ['shoal', 'l'],
    ['shoal', 'library', 'l'],
    ['shoal', 'log', '--library', 'photos', '--li'],
    ['shoal', 'log', '--domain', ''],
    ['shoal', 'log', '--domain', '=', 'u'],
    ['shoal', 'status', '--library', ''],
    ['shoal', 'location', 'add', 'p'],
    ['shoal', 'record', 'list', 'tag', ''],
  );
  expect(commands).toEqual(['logs', 'library', 'location', 'log']);
  expect(nested).toEqual(['list', 'leave']);
  expect(options).toEqual(['--limit']);
  expect(choices).toEqual(['index', 'user-metadata']);
  expect(equals).toEqual(['user-metadata']);
  expect(libraries?.sort()).toEqual(['my\\ music', 'photos']);
  expect(files?.sort()).toEqual(['pictures', 'plain.txt']);
  expect(none).toEqual([]);
});
