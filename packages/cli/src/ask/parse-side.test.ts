import { expect, test } from 'vitest';
import { parseSide } from './parse-side.ts';

const at = '2026-01-01T00:00:01.000Z';
const [own, other] = ['0190c4a0-0000-7000-8000-00000000000a', '0190c4a0-0000-7000-8000-00000000000b'];
const side = (device: string) => ({ field: 'color', value: '#222', at, device, wins: false });
const conflict = {
  ...{ id: 12, kind: 'siblings', model: 'tag', record: own, field: 'color', decidedBy: 'last-writer' },
  ...{ winner: null, since: at, settled: null, version: '' },
  sides: [side(other), side(own), { deleted: true as const, at, device: own, wins: true }],
};

test('[MRG-8] a side is named by its number, or by whose it is', () => {
  expect(parseSide('2', conflict, own)).toBe(2);
  expect(parseSide('local', conflict, own)).toBe(2);
  expect(parseSide('remote', conflict, own)).toBe(1);
});

test('[MRG-8] a side that is none, or one of several, is refused, naming what there is', () => {
  expect(() => parseSide('4', conflict, own)).toThrow('"to": expected a whole number from 1 to 3');
  expect(() => parseSide('mine', conflict, own)).toThrow('"to": expected a whole number');
  const two = { ...conflict, sides: [...conflict.sides, side(other)] };
  expect(() => parseSide('remote', two, own)).toThrow('expected one remote value, found 1, 4');
  expect(() => parseSide('local', { ...conflict, sides: [] }, own)).toThrow('found none');
});
