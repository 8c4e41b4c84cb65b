import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  nothingRuns,
  type ProcessLedger,
  processLedger,
  type ShoalEnd,
  type ShoalProcess,
  startProgram,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedBy, readGuide } from './testing/guide.ts';

/** The guides as they stand, in empty folders, with nothing but `shoal` on the path. */
let folder: TempFolder;
let ledger: ProcessLedger;
let hub: ShoalProcess | undefined;
const repository = fileURLToPath(new URL('..', import.meta.url));

beforeAll(async () => {
  folder = await tempFolder('own-models');
  ledger = processLedger();
  await mkdir(join(folder.path, 'bin'));
  await symlink(join(repository, 'packages/cli/bin/shoal.js'), join(folder.path, 'bin', 'shoal'));
  await mkdir(join(folder.path, 'empty'));
});
afterAll(async () => {
  const homes = ['empty/a', 'empty/b', 'notes/home'];
  await Promise.all(homes.map((home) => type(`shoal down --home ${home}`, folder.path).ended));
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

const type = (line: string, cwd = join(folder.path, 'empty')): ShoalProcess =>
  startProgram('sh', ['-c', `exec ${line.replace(/ *&$/, '')}`], {
    ledger,
    cwd,
    env: {
      PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: join(repository, 'node_modules/.cache/shoal-compile'),
    },
  });

async function run(line: string, cwd?: string): Promise<ShoalEnd> {
  const end = await type(line, cwd).ended;
  expect({ line, code: end.code, stderr: end.stderr }).toEqual({ line, code: 0, stderr: '' });
  return end;
}

test('[S0-54] [S2-50] the guide to an own model, followed literally, ends with two devices that share it, its new field too', {
  timeout: 240_000,
}, async () => {
  const lists = [];
  for (const step of readGuide('own-models.md')) {
    if (step.kind === 'part') continue;
    if (step.kind !== 'commands') {
      const path = join(folder.path, 'empty', step.name);
      const text = step.kind === 'file' ? step.text : changedBy(await readFile(path, 'utf8'), step.text);
      await writeFile(path, text);
      continue;
    }
    for (const line of step.lines) {
      if (line.endsWith('&')) {
        hub = type(line);
        await hub.line(() => true);
      } else if (line.startsWith('shoal record list')) {
        // What is written on another device is on its way.
        lists.push(
          await until('the record is there', async () => {
            const { stdout } = await run(line);
            return stdout.includes(lists.length === 0 ? 'buy milk' : 'pay taxes') && stdout;
          }),
        );
      } else await run(line);
    }
  }
  expect(
    lists.map((list) =>
      list
        .trim()
        .split('\n')
        .map((record) => JSON.parse(record).fields),
    ),
  ).toEqual([
    [{ title: 'buy milk', done: false }],
    [
      { title: 'buy milk', done: false, due: null },
      { title: 'pay taxes', done: false, due: 'tomorrow' },
    ],
  ]);
});

test('[S0-54] [S2-38] the guide to embedding, with the example in an empty folder, writes, reads and hears of changes', {
  timeout: 240_000,
}, async () => {
  const notes = join(folder.path, 'notes');
  await cp(join(repository, 'examples/notes'), notes, { recursive: true });
  const source = await readFile(join(notes, 'notes.ts'), 'utf8');
  const written: Record<string, string> = {};
  let watching: ShoalProcess | undefined;
  for (const step of readGuide('embedding.md')) {
    if (step.kind === 'part') expect(source).toContain(step.text);
    if (step.kind !== 'commands') continue;
    for (const line of step.lines) {
      // The packages of this checkout in the place of those that are installed.
      if (line.startsWith('npm install')) {
        await symlink(join(repository, 'node_modules'), join(notes, 'node_modules'));
      } else if (line.endsWith('&')) {
        watching = type(line, notes);
        await watching.line((text) => text === '1 to do');
      } else written[line] = (await run(line, notes)).stdout;
    }
  }
  expect(written['node notes.ts list']).toBe('x buy milk\n- pay taxes\n');
  expect(written['node notes.ts import more.txt']).toBe('2 imported\n');
  await watching!.line((text) => text === '3 to do');
  watching!.signal('SIGINT');
  expect((await watching!.ended).code).toBe(0);
});
