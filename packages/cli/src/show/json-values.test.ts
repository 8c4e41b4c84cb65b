import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';
import { reportFailure } from './report-failure.ts';

/** Commands of a home whose device does not run, with `--json`: one value on stdout, or one failure on stderr. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-json-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const { surroundings, written } = testSurroundings();
  const withHome = [...args, '--json', '--home', join(folder, 'home')];
  try {
    await createProgram(surroundings).parseAsync(withHome, { from: 'user' });
    return { code: 0, ...written };
  } catch (error) {
    const code = reportFailure(error, { stderr: surroundings.stderr, isJson: true });
    return { code, ...written };
  }
}

/** What has to be one JSON value, and the only thing that was said. */
async function value(...args: string[]) {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  expect(stdout.endsWith('\n')).toBe(true);
  return JSON.parse(stdout);
}

/** In this order: each stands on what those before it made. */
const offline: Readonly<Record<string, readonly string[]>> = {
  init: ['init', '--name', 'laptop'],
  'home moved': ['home', 'moved'],
  'library create': ['library', 'create', 'photos'],
  'library list': ['library', 'list'],
  'library invite': ['library', 'invite', 'INVITATION'],
  'library pause': ['library', 'pause'],
  'library resume': ['library', 'resume'],
};

const uuid = '0198c0de-0000-7000-8000-000000000001';
/** What stands for the arguments of a command that fails before it reads them. */
const argumentOf: Readonly<Record<string, string>> = {
  json: '{"canonical_name":"x"}',
  id: '1',
  ids: '1',
  uuid,
};

test('commands that need no running device print exactly one JSON value', async () => {
  for (const args of Object.values(offline)) {
    const told = await value(...args.map((arg) => (arg === 'INVITATION' ? join(folder, 'invitation') : arg)));
    expect(told).toBeInstanceOf(Object);
  }
  const { code, stderr } = await run('library', 'join', join(folder, 'invitation'));
  expect([code, JSON.parse(stderr).code]).toEqual([2, 'already-exists']);
});

test('commands about a library that need the device say that the device does not run, as one JSON object on stderr', async () => {
  const { surroundings } = testSurroundings();
  const others = leaves(createProgram(surroundings)).filter(
    ({ name, command }) =>
      command.options.some(({ long }) => long === '--library') && !Object.hasOwn(offline, name),
  );
  for (const { name, command } of others) {
    const args = command.registeredArguments.map((it) => argumentOf[it.name()] ?? 'tag');
    const { code, stdout, stderr } = await run(...name.split(' '), ...args);
    expect({ name, code, stdout }).toEqual({ name, code: 8, stdout: '' });
    const failure = JSON.parse(stderr);
    expect(failure).toMatchObject({ code: 'unavailable', field: 'home', exitCode: 8 });
    expect(failure.remedy).toContain('shoal up');
  }
  expect(others.length).toBeGreaterThan(20);
});

function leaves(command: Command, name = ''): { name: string; command: Command }[] {
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((each) => leaves(each, `${name} ${each.name()}`.trim()));
}
