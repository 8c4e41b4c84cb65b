import { limits } from '@shoal/core';
import { expect, test } from 'vitest';
import { entryLabels } from './entry-labels.ts';
import type { Labels } from './instruments.ts';

function counter() {
  const told: [number, Labels][] = [];
  return { told, count: { add: (by: number, labels: Labels) => void told.push([by, labels]) } };
}

test('[S4-32] entries are told once for each model and peer, with why', () => {
  const { told, count } = counter();
  const [a, b] = [
    { model: 'tag', peer: 'a' },
    { model: 'tag', peer: 'b' },
  ];
  entryLabels('l').add(count, [a, b, a, { model: 'entry' }], 'quarantined');
  expect(told).toEqual([
    [2, { library: 'l', reason: 'quarantined', ...a }],
    [1, { library: 'l', reason: 'quarantined', ...b }],
    [1, { library: 'l', reason: 'quarantined', model: 'entry' }],
  ]);
});

test('[SEC-5] [S4-32] models and peers that others make up are told as other once there are too many', () => {
  const { of } = entryLabels('l');
  for (let made = 0; made < limits.metricPairsMax; made += 1) of({ model: 'tag', peer: `${made}` });
  expect(of({ model: 'made up', peer: 'x' })).toEqual({ library: 'l', model: 'other', peer: 'other' });
  expect(of({ model: 'tag', peer: '7' })).toEqual({ library: 'l', model: 'tag', peer: '7' });
});
