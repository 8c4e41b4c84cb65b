import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../packages/cli/src/program.ts';
import { errorsPage } from '../scripts/errors-page.ts';
import { rooms } from './imports.fixture.ts';
import { filesBelow, root } from './source-files.ts';

const pages = filesBelow('', (name) => name.endsWith('.md')).filter((path) => !path.startsWith('.'));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

test('every relative link of the documents leads to something', () => {
  const dead = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^(https?:|#|mailto:)/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target.split('#')[0] ?? '')))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test('docs/errors.md is the error catalogue', () => {
  expect(textOf('docs/errors.md'), 'write it anew with: npm run docs').toBe(errorsPage());
});

test('ARCHITECTURE.md has one row for every room, with the imports that the test allows', () => {
  const text = textOf('ARCHITECTURE.md');
  const wrong = Object.entries(rooms).filter(([room, { may }]) => {
    if (!existsSync(join(root, room, 'package.json'))) return false;
    return !text.includes(`| \`${room}\` | ${may.length === 0 ? 'nothing' : may.join(', ')} |`);
  });
  expect(wrong.map(([room, { may }]) => `| \`${room}\` | ${may.join(', ') || 'nothing'} |`)).toEqual([]);
});

test('ARCHITECTURE.md names files that are there', () => {
  const [, table = ''] = textOf('ARCHITECTURE.md').split('## Where things are decided, and done');
  const rows = [...(table.split('## ')[0] ?? '').matchAll(/^\| (?!what|---)(.+) \| (.+) \| (.+) \|$/gm)];
  const paths = rows.flatMap(([, , decided = '', done = '']) => {
    const [first = '', ...others] = namesIn(done);
    const besideFirst = others.map((name) => name.replace('…', dirname(first)));
    return [...namesIn(decided).map((name) => `packages/core/src/${name}`), first, ...besideFirst];
  });
  expect(rows.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('README.md has every command of shoal in its table', () => {
  const said = textOf('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap(commandsIn);
  const program = createProgram({ stdout: process.stdout, stderr: process.stderr } as never);
  expect(leavesOf(program).filter((name) => !said.includes(name))).toEqual([]);
});

test('every command of shoal that the documents name exists, with its options', () => {
  const program = createProgram({ stdout: process.stdout, stderr: process.stderr } as never);
  const texts = ['README.md', 'docs/operations.md', 'docs/errors.md'].map(textOf).join('\n');
  const inline = [...texts.matchAll(/`shoal ([^`]+)`/g)].map((match) => match[1] ?? '');
  const blocks = [...texts.matchAll(/(?:^|; )shoal ([^;&\n]+)/gm)].map((match) => match[1] ?? '');
  const named = [...inline, ...blocks];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((line) => !isCommand(program, line.replaceAll(/[[\]]/g, '').split(/\s+/)))).toEqual([]);
});

test('every command of npm that the documents name exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ''),
  );
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual(
    // Of a workspace, not of the root.
    named.includes('generate') ? ['generate'] : [],
  );
});

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** What a row of the table is about: `library create NAME`, `list` are the commands "library create" and "library list". */
function commandsIn(row: string): string[] {
  const [first = '', ...others] = namesIn(row.split(' | ')[0] ?? '').map((name) =>
    name.replace(/ [[A-Z].*$/, ''),
  );
  return [first, ...others.map((other) => `${first.split(' ')[0]} ${other}`)];
}

/** Whether the words lead to a command, and the options among them are its own; what else there is are its arguments. */
function isCommand(command: Command, words: readonly string[]): boolean {
  const [first, ...others] = words;
  const child = command.commands.find((each) => each.name() === first);
  if (child !== undefined) return isCommand(child, others);
  if (command.commands.length > 0) return first === undefined || first === 'help' || first.startsWith('--');
  const options = words.map((word) => /^--[\w-]+/.exec(word)?.[0]).filter((word) => word !== undefined);
  return options.every((long) => command.options.some((option) => option.long === long));
}

/** The commands that do something. */
function leavesOf(command: Command, name = ''): string[] {
  if (command.commands.length === 0) return [name];
  return command.commands.flatMap((each) => leavesOf(each, `${name} ${each.name()}`.trim()));
}
