import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HomePaths, homePaths } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plain } from '../show/paint.ts';
import { formatLine, jsonOfLine } from './format-line.ts';
import { parseLogLine } from './log-line.ts';
import { readLastLines, readNews } from './read-logs.ts';

let dir: string;
let paths: HomePaths;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-read-logs-'));
  paths = homePaths(dir);
  await mkdir(paths.logs);
});
afterEach(() => rm(dir, { recursive: true }));

const ours = (second: number, msg: string, level = 30) =>
  `${JSON.stringify({ level, time: `2026-11-21T10:00:0${second}.000Z`, service: 'x', pid: 1, library: 'abc', msg })}\n`;
const messages = (lines: readonly { readonly message: string }[]) => lines.map(({ message }) => message);

test('a line of ours shows time, level, who, what, and what else it names', () => {
  const line = parseLogLine('capture', ours(1, 'library not opened', 40).trim());
  expect(formatLine(line, plain)).toMatch(
    /^\d\d-\d\d \d\d:00:01\.000 WARN {2}capture {4}library not opened {2}library=abc$/,
  );
  expect(JSON.parse(jsonOfLine(line))).toMatchObject({ level: 40, msg: 'library not opened' });
});

test('a line of nats-server has its time and level too, and is JSON with --json', () => {
  const line = parseLogLine('nats', '[7] 2026/11/21 10:00:01.123456 [ERR] no route');
  expect(line).toMatchObject({
    level: 'error',
    message: 'no route',
    timeMs: new Date('2026-11-21T10:00:01.123').getTime(),
  });
  expect(JSON.parse(jsonOfLine(line))).toMatchObject({ service: 'nats', level: 'error', msg: 'no route' });
});

test('the last word of a process is an error without a time, and what a terminal would obey is taken out', () => {
  const line = parseLogLine('ingest', 'damaged-file: \u001b[2Jbad');
  expect(line).toMatchObject({ level: 'error', timeMs: null, message: 'damaged-file: bad' });
  expect(formatLine(line, plain)).toMatch(/^ {18} ERROR ingest {4} damaged-file: bad$/);
  expect(parseLogLine('ingest', '{"cut')).toMatchObject({ message: '{"cut', fields: {} });
});

test('the last lines of several logs come in the order of their times, a line without one behind its own', async () => {
  await writeFile(paths.serviceLog('capture'), `${ours(1, 'one')}${ours(4, 'four')}    at stack\n`);
  await writeFile(paths.serviceLog('ingest'), `${ours(2, 'two')}${ours(5, 'five')}`);
  const { lines } = await readLastLines(paths, ['capture', 'ingest', 'gateway'], 4);
  expect(messages(lines)).toEqual(['two', 'four', '    at stack', 'five']);
});

test('lines that were set aside count as lines of the log', async () => {
  const file = paths.serviceLog('capture');
  await writeFile(`${file}.2`, ours(1, 'one') + ours(2, 'two'));
  await writeFile(`${file}.1`, ours(3, 'three'));
  await writeFile(file, ours(4, 'four'));
  expect(messages((await readLastLines(paths, ['capture'], 3)).lines)).toEqual(['two', 'three', 'four']);
});

test('the last lines of a long log are read from its end, whole', async () => {
  const text = Array.from({ length: 5_000 }, (_, index) => ours(1, `line ${index} ${'é'.repeat(60)}`)).join(
    '',
  );
  await writeFile(paths.serviceLog('capture'), text);
  const { lines } = await readLastLines(paths, ['capture'], 2_000);
  expect(lines).toHaveLength(2_000);
  expect(lines[0]?.message).toBe(`line 3000 ${'é'.repeat(60)}`);
});

test('what is written since is read once, a line only when it is whole, also after the log began anew', async () => {
  const file = paths.serviceLog('capture');
  await writeFile(file, `${ours(1, 'one')}${ours(2, 'two').slice(0, 20)}`);
  const first = await readLastLines(paths, ['capture'], 10);
  expect(messages(first.lines)).toEqual(['one']);
  const none = await readNews(paths, first.positions);
  expect(none.lines).toEqual([]);
  await appendFile(file, ours(2, 'two').slice(20));
  const second = await readNews(paths, none.positions);
  expect(messages(second.lines)).toEqual(['two']);
  await truncate(file);
  await appendFile(file, ours(3, 'three'));
  const third = await readNews(paths, second.positions);
  expect(messages(third.lines)).toEqual(['three']);
  expect((await readNews(paths, third.positions)).lines).toEqual([]);
});
