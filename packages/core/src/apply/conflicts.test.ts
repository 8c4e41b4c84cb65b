import { describe, expect, test } from 'vitest';
import { makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { lifeId, type ReplicaId } from '../ids.ts';
import { creationField } from '../record/creation.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { conflictDots, conflictSides, conflictsIn } from './conflicts.ts';
import { deviceId, model, text } from './testing/domain.ts';

const dotAt = (device: number, ms: number) =>
  makeDot(formatHlc(ms, 0), lifeId<ReplicaId>(deviceId(device), '0'.repeat(16)));
const spec = model('leaf', { kind: 'shared' }, [text('a'), text('b')], { deletes: 'edit-wins' });

const met = (state: RecordState) => conflictsIn(spec, state);

function stateOf(fields: Record<string, [number, Value][]>, deletes: number[] = []): RecordState {
  const siblings = Object.entries(fields).map(
    ([name, values]) => [name, values.map(([ms, value]) => ({ dot: dotAt(ms % 2, ms), value }))] as const,
  );
  return { ...emptyState, fields: new Map(siblings), deletes: deletes.map((ms) => dotAt(ms % 2, ms)) };
}

describe('a merged state', () => {
  test('[MRG-8] in which edits beat a delete: the latest edit wins, whatever field it is of', () => {
    const state = stateOf({ a: [[4, 'x']], b: [[6, 'y']] }, [5]);
    const [conflict] = met(state);
    expect(conflict).toMatchObject({ kind: 'edit-beats-delete', winner: dotAt(0, 6) });
    expect(conflictDots(conflict!)).toEqual([dotAt(0, 4), dotAt(1, 5), dotAt(0, 6)]);
  });

  test('[MRG-8] in which edits beat a delete and meet each other has both conflicts', () => {
    const kinds = met(
      stateOf(
        {
          a: [
            [6, 'x'],
            [4, 'y'],
          ],
        },
        [5],
      ),
    ).map(({ kind }) => kind);
    expect(kinds).toEqual(['edit-beats-delete', 'siblings']);
  });

  test('[MRG-8] with three siblings of which two agree has one conflict with all three', () => {
    const [conflict] = met(
      stateOf({
        a: [
          [6, 'x'],
          [5, 'y'],
          [4, 'x'],
        ],
      }),
    );
    expect(conflictDots(conflict!)).toHaveLength(3);
  });

  test('[MRG-7] [MRG-8] creation stamps that differ are no conflict, and no side of one', () => {
    const state = stateOf({
      [creationField]: [
        [6, null],
        [4, null],
      ],
      a: [[6, 'x']],
    });
    expect(met(state)).toEqual([]);
    const [conflict] = met({ ...state, deletes: [dotAt(1, 5)] });
    expect(conflictSides(conflict!)).toEqual([
      { kind: 'value', field: 'a', value: 'x', dot: dotAt(0, 6), wins: true },
      { kind: 'delete', dot: dotAt(1, 5), wins: false },
    ]);
  });
});
