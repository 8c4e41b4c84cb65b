import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
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

/** The guide as it stands, in an empty folder, with nothing but `shoal` on the path: no package is installed there. */
let folder: TempFolder;
let ledger: ProcessLedger;
let hub: ShoalProcess | undefined;

beforeAll(async () => {
  folder = await tempFolder('own-models');
  ledger = processLedger();
  await mkdir(join(folder.path, 'bin'));
  const program = fileURLToPath(new URL('../packages/cli/bin/shoal.js', import.meta.url));
  await symlink(program, join(folder.path, 'bin', 'shoal'));
  await mkdir(join(folder.path, 'empty'));
});
afterAll(async () => {
  for (const home of ['a', 'b']) await type(`shoal down --home ${home}`).ended;
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

const type = (line: string): ShoalProcess =>
  startProgram('sh', ['-c', `exec ${line.replace(/ *&$/, '')}`], {
    ledger,
    cwd: join(folder.path, 'empty'),
    env: { PATH: `${join(folder.path, 'bin')}:${process.env.PATH}` },
  });

async function run(line: string): Promise<ShoalEnd> {
  const end = await type(line).ended;
  expect({ line, code: end.code, stderr: end.stderr }).toEqual({ line, code: 0, stderr: '' });
  return end;
}

test('[S0-54] [S2-50] the guide to an own model, followed literally, ends with two devices that share it, its new field too', {
  timeout: 240_000,
}, async () => {
  const lists = [];
  for (const step of readGuide('own-models.md')) {
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
