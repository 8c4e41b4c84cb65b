import { expect, test } from 'vitest';
import { durationText, progressLine } from './progress-line.ts';
import { createProgressMeter, type Work } from './progress-meter.ts';
import { addSample, leftMs, perSecond, type Samples } from './rate.ts';
import { createSpacedLines } from './spaced-lines.ts';

const samplesOf = (...samples: readonly [atMs: number, done: number][]): Samples =>
  samples.reduce<Samples>((all, [atMs, done]) => addSample(all, { atMs, done }), []);

test('a rate is that of the last ten seconds, and says nothing before half a second', () => {
  expect(perSecond(samplesOf([0, 0], [400, 100]))).toBeUndefined();
  expect(perSecond(samplesOf([0, 0], [1_000, 100]))).toBe(100);
  const slower = samplesOf([0, 0], [10_000, 10_000], [15_000, 10_500], [20_000, 11_000]);
  expect(perSecond(slower)).toBe(100);
  expect(leftMs(slower, 12_000)).toBe(10_000);
});

test('work that stands still has no time left, and work that begins anew has a rate of its own', () => {
  expect(leftMs(samplesOf([0, 5], [2_000, 5]), 10)).toBeUndefined();
  expect(perSecond(samplesOf([0, 0], [5_000, 900], [6_000, 0], [7_000, 10]))).toBe(10);
});

test('a line has a bar, a rate and the time left where they are known', () => {
  const state = { what: 'indexes /x', done: 5_000, total: 20_000, perSecond: 1_234.5, leftMs: 12_150 };
  expect(progressLine(state)).toBe(
    'indexes /x  [#####---------------]  25 %  5,000 of 20,000, 1,235/s, 13 s left',
  );
  expect(progressLine({ ...state, total: undefined, perSecond: undefined, leftMs: undefined })).toBe(
    'indexes /x  5,000',
  );
  expect(progressLine({ ...state, done: 19_999 })).toContain(' 99 %');
  expect([1, 89_000, 95_000, 3 * 3_600_000 + 300_000].map(durationText)).toEqual([
    '1 s',
    '89 s',
    '2 min',
    '3 h 5 min',
  ]);
});

test('of work of which only the rest is known, more may come meanwhile', () => {
  let [nowMs, shown] = [0, ''];
  const output = {
    progress: (text: string | undefined) => {
      shown = text ?? '';
    },
  };
  const meter = createProgressMeter(output, () => nowMs);
  const at = (ms: number, ...works: Work[]) => {
    nowMs = ms;
    meter.show(works);
    return shown;
  };
  at(0, { what: 'applies', left: 100 });
  expect(at(1_000, { what: 'applies', left: 50 })).toContain('50 %  50 of 100, 50/s, 1 s left');
  expect(at(2_000, { what: 'applies', left: 150 }, { what: 'sends', left: 7 })).toBe(
    'applies  [#####---------------]  25 %  50 of 200, 25/s, 6 s left; sends 7',
  );
  meter.end();
  expect(shown).toBe('');
});

test('without a terminal lines come at a growing distance, never more than one a second', () => {
  let nowMs = 0;
  const written: number[] = [];
  const lines = createSpacedLines(
    () => written.push(nowMs),
    () => nowMs,
  );
  for (; nowMs <= 200_000; nowMs += 100) {
    lines.offer(`${nowMs}`);
    if (nowMs % 5_000 === 0) lines.reset();
  }
  expect(written.length).toBeLessThan(12);
  const distances = written.slice(1).map((ms, at) => ms - written[at]!);
  expect(Math.min(written[0]!, ...distances)).toBeGreaterThanOrEqual(1_000);
  expect(distances.at(-1)).toBeGreaterThanOrEqual(60_000);
});

test('a line that says nothing new is not written again', () => {
  let nowMs = 0;
  const written: string[] = [];
  const lines = createSpacedLines(
    (line) => written.push(line),
    () => nowMs,
  );
  for (; nowMs <= 60_000; nowMs += 500) lines.offer('waits for log-store');
  expect(written).toEqual(['waits for log-store']);
});
