import { expect, test } from 'vitest';
import { describeConflict, describeSides } from './describe-conflict.ts';

const stamp = { at: '2026-01-01T00:00:01.000Z', device: '0190c4a0-0000-7000-8000-00000000000a' };
const conflict = {
  id: 12,
  kind: 'siblings',
  model: 'tag',
  record: '0190c4a0-0000-7000-8000-000000000001',
  field: 'color',
  decidedBy: 'last-writer',
  winner: stamp,
  since: '2026-01-01T00:00:02.000Z',
  settled: null,
  sides: [
    { field: 'color', value: '#222', ...stamp, wins: true },
    { field: 'color', value: '#111', ...stamp, wins: false },
  ],
  version: '',
};

test('[MRG-8] a conflict is one line that says what it is about and whether it is open', () => {
  const line = describeConflict(conflict);
  expect(line).toMatch(/^ {4}12 .* tag 0190c4a0-0000-7000-8000-000000000001 color: .*\(open\)$/);
  expect(describeConflict({ ...conflict, field: null, settled: { at: 'then', by: null } })).toMatch(
    /000001: .*\(settled then\)$/,
  );
  expect(describeConflict({ ...conflict, kind: 'of a newer gateway' })).toContain(': of a newer gateway');
});

test('[MRG-8] the side that is shown is marked, a delete is called one', () => {
  expect(
    describeSides({ ...conflict, sides: [...conflict.sides, { deleted: true, ...stamp, wins: false }] }),
  ).toEqual([
    '        decided by: last-writer',
    `      1 * color = "#222"  by device ${stamp.device} at ${stamp.at}`,
    `      2   color = "#111"  by device ${stamp.device} at ${stamp.at}`,
    `      3   deleted  by device ${stamp.device} at ${stamp.at}`,
  ]);
});
