import type { DeviceId, ModelName, RecordId, Wanted } from '@shoal/core';
import { limits } from '@shoal/core';
import { describe, expect, it } from 'vitest';
import { recordNamesFromWire, recordNamesToWire, wantedFromWire, wantedToWire } from './asked-records.ts';

const ref = { model: 'tag' as ModelName, id: '018f0000-0000-7000-9000-000000000001' as RecordId };
const wanted: Wanted = { ref, origin: '018f0000-0000-7000-8000-00000000000a' as DeviceId };
const name = recordNamesToWire([ref])[0]!;
const refusal = (field: string) => expect.objectContaining({ code: 'malformed-message', subject: { field } });

describe('records that are asked for', () => {
  it('come back as they were sent', () => {
    expect(recordNamesFromWire(recordNamesToWire([ref]))).toEqual([ref]);
    expect(wantedFromWire(wantedToWire([wanted]))).toEqual([wanted]);
  });

  it.each([
    ['model', { ...name, model: '' }],
    ['model', { ...name, model: 'm'.repeat(limits.nameLengthMax + 1) }],
    ['record_id', { ...name, recordId: Buffer.alloc(15) }],
  ])('[SEC-5] are refused for a bad %s', (field, bad) => {
    expect(() => recordNamesFromWire([bad])).toThrow(refusal(field));
  });

  it('[SEC-5] are refused for a bad origin, and beyond their bounds', () => {
    const bad = { ...wantedToWire([wanted])[0]!, origin: Buffer.alloc(1) };
    expect(() => wantedFromWire([bad])).toThrow(refusal('origin'));
    const tooMany = new Array(limits.askRecordsMax + 1).fill(name);
    expect(() => recordNamesFromWire(tooMany)).toThrow(refusal('records'));
    const tooMuch = new Array(limits.asksMax + 1).fill(wantedToWire([wanted])[0]);
    expect(() => wantedFromWire(tooMuch)).toThrow(refusal('wanted'));
  });
});
