import { describe, expect, test } from 'vitest';
import { type DeviceId, deviceOf } from '../ids.ts';
import { mergeState } from './join.ts';
import { emptyState, ownDotsOnly, type RecordState } from './state.ts';
import { dotAt, leaf, replicas } from './testing/replicas.ts';
import type { Version } from './version.ts';
import { isAlive, viewField, viewOf } from './view.ts';
import { deleteState, putState } from './write.ts';

const whole = { a: '1', b: '2', c: '3' };
const written = put(emptyState, 0, 1, whole);

describe('a write', () => {
  test('[MRG-1] replaces what it has seen', () => {
    const state = put(written, 1, 2, { a: 'new' });
    expect(state.fields.get('a')).toEqual([{ dot: dotAt(1, 2), value: 'new' }]);
    expect(state.fields.get('b')).toBe(written.fields.get('b'));
  });

  test('[MRG-1] that did not see what came since leaves it as a sibling', () => {
    const arrived = put(written, 1, 2, { a: 'arrived' });
    const state = put(arrived, 2, 3, { a: 'stale' }, written.version);
    expect(state.fields.get('a')?.map(({ value }) => value)).toEqual(['stale', 'arrived']);
    expect(state.version.size).toBe(3);
  });

  test('[MRG-1] [CLK-4] replaces what it has seen also when its stamp is the lower one', () => {
    const ahead = put(emptyState, 2, 9_000, whole);
    const state = put(ahead, 0, 5, { a: 'from a slow clock' });
    expect(viewField(leaf.fields[0]!, state)).toBe('from a slow clock');
  });

  test('[MRG-1] a stale write with the lower stamp does not show, and is not lost', () => {
    const arrived = put(written, 1, 9, { a: 'arrived' });
    const state = put(arrived, 2, 3, { a: 'stale' }, written.version);
    expect(state.fields.get('a')?.map(({ value }) => value)).toEqual(['arrived', 'stale']);
  });
});

describe('a delete', () => {
  const deleted = remove(written, 1, 2);

  test('[MRG-4] leaves a delete dot and nothing of what it has seen', () => {
    expect(deleted.fields.size).toBe(0);
    expect(deleted.deletes).toEqual([dotAt(1, 2)]);
    expect(isAlive(leaf, deleted)).toBe(false);
  });

  test('[MRG-4] beats a concurrent write, whichever stamp is greater', () => {
    for (const ms of [1, 9])
      expect(isAlive(leaf, mergeState(deleted, put(written, 2, ms + 1, whole)))).toBe(false);
  });

  test('[MRG-4] keeps the dots that it has not seen, and the deletes', () => {
    const arrived = put(written, 2, 3, { a: 'arrived' });
    const state = remove(remove(arrived, 0, 4, written.version), 1, 5, written.version);
    expect(state.fields.get('a')?.map(({ value }) => value)).toEqual(['arrived']);
    expect(state.deletes).toEqual([dotAt(1, 5), dotAt(0, 4)]);
    expect(remove(state, 2, 6).deletes).toEqual([dotAt(2, 6)]);
  });

  test('[MRG-4] a whole write made after seeing it brings the record back', () => {
    const back = put(deleted, 2, 3, whole);
    expect(isAlive(leaf, back)).toBe(true);
    expect(back.deletes).toEqual([]);
  });

  test('[MRG-4] a write after seeing it that is not whole is refused, naming the field', () => {
    expect(() => put(deleted, 2, 3, { a: '1', c: '3' })).toThrow(
      expect.objectContaining({ code: 'incomplete-record', subject: { model: 'leaf', field: 'b' } }),
    );
  });

  test('[MRG-4] a write that has seen one of two deletes does not bring the record back', () => {
    const twice = mergeState(deleted, remove(written, 2, 3));
    const state = put(twice, 0, 4, whole, deleted.version);
    expect(state.deletes).toEqual([dotAt(2, 3)]);
    expect(isAlive(leaf, state)).toBe(false);
  });

  test('[MRG-4] where edits win, a concurrent edit keeps the record alive, an earlier one does not', () => {
    const editWins = { ...leaf, granularity: 'row', deletes: 'edit-wins' } as const;
    expect(isAlive(editWins, deleted)).toBe(false);
    expect(isAlive(editWins, mergeState(deleted, put(written, 2, 1, whole)))).toBe(true);
    expect(isAlive(editWins, put(deleted, 2, 3, whole))).toBe(true);
  });
});

describe('the view', () => {
  test('[MRG-3] of a field is the greatest stamp, or the default where nobody wrote', () => {
    const joined = mergeState(put(emptyState, 0, 2, { a: 'lower' }), put(emptyState, 1, 3, { a: 'greater' }));
    expect(viewOf(leaf, joined)).toEqual(
      new Map([
        ['a', 'greater'],
        ['b', null],
        ['c', null],
      ]),
    );
  });
});

describe('foreign dots', () => {
  const [deviceA, deviceB] = [deviceOf(replicas[0]!), deviceOf(replicas[2]!)];
  const mixed = remove(
    put(put(written, 1, 2, { a: 'also mine' }), 2, 3, { b: 'foreign', a: 'both' }, written.version),
    2,
    4,
    emptyState.version,
  );

  test('[MRG-5] each dot is judged by the device of its replica, deletes too', () => {
    const own = ownDotsOnly(mixed, deviceA);
    expect(viewOf(leaf, own)).toEqual(
      new Map([
        ['a', 'also mine'],
        ['b', null],
        ['c', '3'],
      ]),
    );
    expect(own.deletes).toEqual([]);
    expect(own.version).toBe(mixed.version);
    expect(ownDotsOnly(mixed, deviceB).deletes).toHaveLength(1);
  });

  test('[MRG-5] a state without foreign dots is left as it is, one of foreign dots only comes out empty', () => {
    expect(ownDotsOnly(written, deviceA)).toBe(written);
    const nothing = ownDotsOnly(written, 'nobody' as DeviceId);
    expect(nothing.fields.size).toBe(0);
  });
});

function put(
  state: RecordState,
  replica: number,
  ms: number,
  fields: Record<string, string>,
  seen: Version = state.version,
): RecordState {
  return putState(leaf, state, { dot: dotAt(replica, ms), seen, fields: new Map(Object.entries(fields)) });
}

function remove(state: RecordState, replica: number, ms: number, seen: Version = state.version): RecordState {
  return deleteState(state, { dot: dotAt(replica, ms), seen });
}
