import { describe, expect, test } from 'vitest';
import { conflictsIn } from '../apply/conflicts.ts';
import { deviceId, domain, recordRef } from '../apply/testing/domain.ts';
import type { HistoryEntry } from '../apply/testing/history.ts';
import { type At, inSchema, libraryOf, put, remove } from '../apply/testing/scene.ts';
import { emptyVersion, type Version } from '../record/version.ts';
import { planRowDecision } from './plan-row-decision.ts';

const tag = recordRef('tag', 1);
const early: At = { device: 1, ms: 1 };
const first = put(tag, { name: 'first', creator: null, parent: null }, early);
const red = put(tag, { name: 'red' }, { device: 1, ms: 2 }, first);
const blue = put(tag, { name: 'blue' }, { device: 2, ms: 3 }, first);

/** Decides the first conflict of what all those entries give, on a device, upon the version that is there or another. */
function decide(
  entries: readonly HistoryEntry[],
  kind: 'keep' | 'flip',
  { by = 0, seen, known }: { by?: number; seen?: Version; known?: HistoryEntry } = {},
) {
  const library = libraryOf(entries);
  const { ref } = entries[0]!;
  const { state } = library.record(ref)!;
  const [conflict] = conflictsIn(domain.require(ref.model), state);
  return planRowDecision(
    { scope: { registry: domain, device: deviceId(by) }, reader: library },
    { ref, conflict: conflict!, isOpen: true, known: known?.stored.state },
    { kind, side: null, fields: new Map(), seen: seen ?? state.version },
  );
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the decision of a row of the journal', () => {
  test('[MRG-8] has seen all that met, and is made upon the version that was shown', () => {
    const write = decide([red, blue], 'flip');
    expect(write).toMatchObject({ kind: 'decide', ref: tag, slots: new Map([['name', 'red']]) });
    expect([...write.seen!.keys()]).toHaveLength(2);
  });

  test('[MRG-8] upon what has changed since is refused, and so is one of a record that is forgotten', () => {
    const { version } = red.stored.state;
    expect(() => decide([red, blue], 'flip', { seen: version })).toThrow(code('changed-since'));
    const who = { scope: { registry: domain, device: deviceId(0) }, reader: libraryOf() };
    const row = { ref: tag, conflict: conflictsOfBoth()!, isOpen: true, known: undefined };
    const decision = { kind: 'keep', side: null, fields: new Map(), seen: emptyVersion } as const;
    expect(() => planRowDecision(who, row, decision)).toThrow(code('changed-since'));
  });

  test('[DEP-5] [MRG-8] of what a newer program wrote is refused', () => {
    expect(() => decide([red, inSchema(blue, 2)], 'keep')).toThrow(code('version-mismatch'));
  });

  test('[MRG-5] [MRG-8] of what belongs to another device is refused', () => {
    const device = recordRef('device', 1);
    const own = put(device, { name: 'old' }, early);
    const one = put(device, { name: 'one' }, { device: 1, ms: 2 }, own);
    const other = put(device, { name: 'other' }, { device: 1, ms: 3, replica: 1 }, own);
    expect(decide([one, other], 'flip', { by: 1 })).toMatchObject({ slots: new Map([['name', 'one']]) });
    expect(() => decide([one, other], 'flip', { by: 2 })).toThrow(code('not-owner'));
  });

  test('[MRG-4] [MRG-8] brings back beside what a delete hid what this device saw last', () => {
    const gone = remove(first, { device: 2, ms: 4 });
    const write = decide([red, gone], 'flip', { known: first });
    expect(write).toMatchObject({ kind: 'put', ref: tag });
    expect(write.kind === 'put' && write.fields.get('name')).toBe('red');
  });
});

function conflictsOfBoth() {
  return conflictsIn(domain.require(tag.model), libraryOf([red, blue]).record(tag)!.state)[0];
}
