import { expect, test } from 'vitest';
import { createOutput } from './output.ts';

function streams(isTTY = false) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return { written, stdout: stream('stdout'), stderr: stream('stderr') };
}

test('with --json stdout carries the value and nothing else', () => {
  const { written, ...to } = streams();
  const output = createOutput({ isJson: true, streams: to });
  output.note('for people');
  output.result({ a: 1 }, () => 'one');
  expect(written).toEqual({ stdout: '{"a":1}\n', stderr: 'for people\n' });
});

test('without --json the lines for people are on stdout', () => {
  const { written, ...to } = streams();
  const output = createOutput({ isJson: false, streams: to });
  output.note('first');
  output.result({ a: 1 }, () => ['one', 'two']);
  expect(written).toEqual({ stdout: 'first\none\ntwo\n', stderr: '' });
});

test('progress is shown in place on a terminal, and a line takes its place', () => {
  const { written, ...to } = streams(true);
  const output = createOutput({ isJson: false, streams: to });
  output.progress('half');
  output.note('done');
  expect(written).toEqual({ stdout: 'done\n', stderr: '\r\u001b[Khalf\r\u001b[K' });
});

test('elsewhere progress is lines for people, once it takes its time; with --json there is none', () => {
  for (const isJson of [true, false]) {
    let nowMs = 0;
    const { written, ...to } = streams(false);
    const output = createOutput({ isJson, streams: to, nowMs: () => nowMs });
    for (; nowMs < 3_000; nowMs += 100) output.progress(`at ${nowMs}`);
    output.progress(undefined);
    expect(written).toEqual({ stdout: '', stderr: isJson ? '' : 'at 1000\nat 2000\n' });
  }
});
