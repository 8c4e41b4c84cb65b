import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  nothingRuns,
  type ProcessLedger,
  processLedger,
  runShoal,
  type ShoalProcess,
  startShoal,
  type TempFolder,
  tempFolder,
  until,
} from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The commands of the README, line by line as they stand there, in an empty folder. */
let folder: TempFolder;
let ledger: ProcessLedger;
const running: ShoalProcess[] = [];

beforeAll(async () => {
  folder = await tempFolder('readme');
  ledger = processLedger();
});
afterAll(async () => {
  await ledger.endAll();
  await nothingRuns(folder.path);
  await folder.remove();
});

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

/** `shoal …` of the block below “Two devices by hand”; with `&` behind it where it is to go on. */
function commandsByHand(): readonly { readonly args: readonly string[]; readonly goesOn: boolean }[] {
  const [, below = ''] = readme.split('Two devices by hand');
  const [, block = ''] = below.split('```');
  return [...block.matchAll(/shoal ([^;&\n]+?) *(&?)(?=;|\n|$)/g)].map(([, line = '', sign]) => ({
    args: line.trim().split(/ +/),
    goesOn: sign === '&',
  }));
}

test('[S2-36] the commands of the README make two devices that share a library', {
  timeout: 240_000,
}, async () => {
  const options = { ledger, cwd: folder.path };
  const commands = commandsByHand();
  expect(commands.filter(({ goesOn }) => goesOn)).toHaveLength(3);
  for (const { args, goesOn } of commands) {
    if (goesOn) {
      const process = startShoal(args, options);
      running.push(process);
      await process.line(() => true);
      continue;
    }
    const { code, stderr } = await runShoal(args, options);
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  }
  const { args } = commands.at(-1)!;
  await until('the tag is there', async () => (await runShoal(args, options)).stdout.includes('holiday'));
  for (const process of running.reverse()) {
    process.signal('SIGINT');
    expect((await process.ended).code).toBe(0);
  }
});
