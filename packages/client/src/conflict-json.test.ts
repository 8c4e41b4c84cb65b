import { makeDot } from '@shoal/core';
import { dotToWire, uuidToBytes, valueToWire } from '@shoal/proto';
import { expect, test } from 'vitest';
import { conflictToJson } from './conflict-json.ts';
import { versionToText } from './record-json.ts';

const device = '0190c4a0-0000-7000-8000-00000000000a';
const dotAt = (ms: number) =>
  dotToWire(
    makeDot(`${ms.toString(16).padStart(12, '0')}0000` as never, `${device}.${'0'.repeat(16)}` as never),
  );
const record = '0190c4a0-0000-7000-8000-000000000001';
const conflict = {
  conflictId: 3,
  model: 'tag',
  recordId: uuidToBytes(record),
  kind: 'delete-beats-edit',
  field: '',
  decidedBy: 'delete-wins',
  winner: dotAt(2_000),
  sides: [
    {
      field: 'icon',
      value: valueToWire(null),
      dot: dotAt(1_000),
      deviceId: uuidToBytes(device),
      wins: false,
    },
    { field: '', value: undefined, dot: dotAt(2_000), deviceId: uuidToBytes(device), wins: true },
  ],
  sinceMs: 3_000,
  settledMs: 0,
  settledBy: undefined,
  version: [dotAt(2_000)],
};

test('[MRG-8] a conflict in JSON tells values from deletes, whose they are and when', () => {
  const [early, late] = ['1970-01-01T00:00:01.000Z', '1970-01-01T00:00:02.000Z'];
  expect(conflictToJson(conflict)).toEqual({
    id: 3,
    model: 'tag',
    record,
    kind: 'delete-beats-edit',
    field: null,
    decidedBy: 'delete-wins',
    winner: { at: late, device },
    since: '1970-01-01T00:00:03.000Z',
    settled: null,
    sides: [
      { field: 'icon', value: null, at: early, device, wins: false },
      { deleted: true, at: late, device, wins: true },
    ],
    version: versionToText(conflict.version),
  });
});

test('[MRG-8] a settled conflict says by which change, or that it was none of this record', () => {
  const settled = { ...conflict, field: 'color', settledMs: 4_000 };
  expect(conflictToJson(settled)).toMatchObject({
    field: 'color',
    settled: { at: '1970-01-01T00:00:04.000Z', by: null },
  });
  expect(conflictToJson({ ...settled, settledBy: dotAt(2_000) })).toMatchObject({
    settled: { by: { device } },
  });
});
