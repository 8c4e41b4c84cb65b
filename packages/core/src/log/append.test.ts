import { describe, expect, test } from 'vitest';
import { makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { type DeviceId, lifeId, type RecordId, type RecordRef, type ReplicaId } from '../ids.ts';
import { emptyVersion, withDot } from '../record/version.ts';
import { planAppend } from './append.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const replica = lifeId<ReplicaId>(device, 'a'.repeat(16));
const ref = (digit: string) =>
  ({ model: 'tag', id: `${device.slice(0, -1)}${digit}` as RecordId }) as RecordRef;
const at = (ms: number) => withDot(emptyVersion, makeDot(formatHlc(ms, 0), replica));

describe('what is appended of a group', () => {
  test('[DEP-1] [CHG-8] a record stands where the last of its entries does that is taken', () => {
    const child = { ref: ref('2'), version: at(2), rank: 5, isDelete: false };
    const put = { ref: ref('3'), version: at(3), rank: 1, isDelete: false };
    const asItIs = { ...put, isDelete: true };
    expect(planAppend([child, put, asItIs], () => [])).toEqual([put, child]);
    expect(planAppend([child, put, asItIs], () => [at(3)])).toEqual([]);
  });
});
