import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';
import { completionScript } from './completion-script.ts';
import { planCompletion } from './plan-completion.ts';

const plan = (...words: string[]) => planCompletion(createProgram(testSurroundings().surroundings), words);

/** The words that are offered. */
function offered(...words: string[]): string[] {
  const completion = plan(...words);
  return completion.kind === 'words' ? completion.words.map(({ value }) => value) : [completion.kind];
}

test('commands are offered one below the other, each with what it does', () => {
  expect(offered('quar')).toEqual(['quarantine']);
  expect(offered('quarantine', '')).toEqual(['list', 'show', 'retry', 'discard', 'help']);
  expect(plan('stat')).toMatchObject({ words: [{ about: expect.stringContaining('what this device has') }] });
});

test('options are offered once, and those that may be repeated again', () => {
  expect(offered('conflicts', 'list', '--m')).toEqual(['--model']);
  expect(offered('conflicts', 'list', '--model', 'tag', '--m')).toEqual([]);
  expect(offered('conflicts', 'list', '--model=tag', '--m')).toEqual([]);
  expect(offered('location', 'add', '--ignore', 'x', '--ig')).toEqual(['--ignore']);
});

test('the values of an option follow it, in either form', () => {
  expect(offered('log', '--sync-ready', '')).toEqual(['yes', 'no']);
  expect(offered('log', '--sync-ready=n')).toEqual(['--sync-ready=no']);
  expect(offered('log', '--sync-ready', '=', 'n')).toEqual(['no']);
  expect(offered('status', '--colour', 'a')).toEqual(['auto', 'always']);
  expect(offered('completion', 'z')).toEqual(['zsh']);
});

test('what only the device knows is asked of the home and the library that the words name', () => {
  expect(plan('record', 'list', '--home', '/h', '--library', 'x', '')).toEqual({
    kind: 'device',
    values: 'model',
    home: '/h',
    library: 'x',
  });
  expect(plan('library', 'leave', '')).toMatchObject({ values: 'library' });
  expect(plan('tag', 'apply', '')).toMatchObject({ values: 'tag' });
  expect(plan('location', 'rescan', '')).toMatchObject({ values: 'location' });
});

test('files are the shell’s to offer; nothing is offered behind the last argument, nor for what is no command', () => {
  expect(plan('library', 'join', '')).toEqual({ kind: 'files' });
  expect(plan('init', '--home', '')).toEqual({ kind: 'files' });
  expect(offered('record', 'list', 'tag', '')).toEqual([]);
  expect(offered('no-such-command', '--x')).toEqual([]);
  expect(offered('record', 'list', '--', '--js')).toEqual(['device']);
});

test('the scripts ask this program, however its path is written', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(shell, ['/usr/bin/node', "/home/o'neil/shoal.js"]);
    expect(script).toContain(`'/usr/bin/node' '/home/o'\\''neil/shoal.js' completion words --no-json -- `);
  }
});
