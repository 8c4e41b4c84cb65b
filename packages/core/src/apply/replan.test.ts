import { describe, expect, test } from 'vitest';
import { makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { lifeId, type ReplicaId } from '../ids.ts';
import { emptyState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { putState } from '../record/write.ts';
import { hasValueOf, isToReplan } from './replan.ts';
import { deviceId, model, text } from './testing/domain.ts';

const dot = makeDot(formatHlc(1, 0), lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)));
const before = model('card', { kind: 'shared' }, [text('name')]);
const wider = model('card', { kind: 'shared' }, [text('name'), text('hint')]);

function stored(fields: Readonly<Record<string, Value>>, schemaVersion = 1) {
  const write = { dot, seen: emptyState.version, fields: new Map(Object.entries(fields)) };
  return { state: putState(wider, emptyState, write), schemaVersion };
}

describe('a record, where a program takes the place of another', () => {
  test('[DEP-5] is planned anew where the one before did not know its model or its version', () => {
    const later = { ...before, schemaVersion: 2 };
    expect(isToReplan(undefined, before, stored({ name: 'a' }))).toBe(true);
    expect(isToReplan(before, later, stored({ name: 'a' }, 2))).toBe(true);
    expect(isToReplan(before, later, stored({ name: 'a' }))).toBe(false);
    expect(isToReplan(before, later, stored({ name: 'a' }, 3))).toBe(false);
    expect(isToReplan(before, undefined, stored({ name: 'a' }))).toBe(false);
  });

  test('[DEP-5] is planned anew where it has values of fields that are new, whole or in parts', () => {
    expect(isToReplan(before, wider, stored({ name: 'a', hint: 'b' }))).toBe(true);
    expect(isToReplan(before, wider, stored({ name: 'a' }))).toBe(false);
    expect(hasValueOf(stored({ 'labels:"e"': 'e' }).state, ['labels'])).toBe(true);
  });

  test('[MRG-7] [DEP-5] is planned anew where its model has other unique constraints', () => {
    const unique = { ...before, uniques: [{ fields: ['name'], policy: 'hold' as const }] };
    expect(isToReplan(before, unique, stored({ name: 'a' }))).toBe(true);
    expect(isToReplan(unique, unique, stored({ name: 'a' }))).toBe(false);
  });
});
