import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domain } from '../apply/testing/domain.ts';
import { type Dot, makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { type DeviceId, lifeId, type ReplicaId } from '../ids.ts';
import { creationField, creationStamp, withCreation } from './creation.ts';
import { joinStates } from './join.ts';
import { emptyState, type RecordState } from './state.ts';
import type { Value } from './value.ts';
import { isAlive } from './view.ts';
import { deleteState, putState } from './write.ts';

const label = domain.require('label');
const ticket = domain.require('ticket');

function dot(device: number, ms: number): Dot {
  const id = `00000000-0000-4000-8000-00000000000${device}` as DeviceId;
  return makeDot(formatHlc(ms, 0), lifeId<ReplicaId>(id, '0'.repeat(16)));
}

/** As capture writes: the whole where there is nothing alive, one field otherwise, or all of a row. */
function write(spec: typeof label, state: RecordState, at: Dot): RecordState {
  const isWhole = state.version.size === 0 || !isAlive(spec, state);
  const names = spec.fields.map(({ name }) => name);
  const written = isWhole || spec.granularity === 'row' ? names : names.slice(0, 1);
  const fields = new Map<string, Value>(written.map((name) => [name, null]));
  return putState(spec, state, {
    dot: at,
    seen: state.version,
    fields: withCreation(spec, state, { fields, isWhole }),
  });
}

describe('the creation stamp', () => {
  test('[MRG-7] is the first write, whatever is written later, also where each write replaces the row', () => {
    for (const spec of [label, ticket]) {
      const made = write(spec, emptyState, dot(1, 10));
      const changed = write(spec, made, dot(2, 20));
      expect(creationStamp(changed)).toBe(dot(1, 10));
    }
  });

  test('[MRG-7] of a record that two devices make is the lesser one', () => {
    const [one, two] = [write(label, emptyState, dot(1, 10)), write(label, emptyState, dot(2, 20))];
    expect(creationStamp(joinStates(one, two))).toBe(dot(1, 10));
    expect(creationStamp(joinStates(two, one))).toBe(dot(1, 10));
  });

  test('[MRG-7] of a record that was brought back is that of the bringing back', () => {
    const made = write(label, emptyState, dot(1, 10));
    const deleted = deleteState(made, { dot: dot(1, 20), seen: made.version });
    expect(creationStamp(write(label, deleted, dot(2, 30)))).toBe(dot(2, 30));
  });

  test('[MRG-7] stays with the edit that a delete had not seen', () => {
    const made = write(ticket, emptyState, dot(1, 10));
    const edited = write(ticket, made, dot(2, 20));
    const deleted = deleteState(made, { dot: dot(1, 30), seen: made.version });
    expect(creationStamp(joinStates(edited, deleted))).toBe(dot(1, 10));
  });

  test('[MRG-7] is the least dot where nobody wrote one', () => {
    const value = (at: Dot) => [{ dot: at, value: 'x' }];
    const fields = new Map([
      ['a', value(dot(1, 20))],
      ['b', value(dot(2, 10))],
    ]);
    expect(creationStamp({ ...emptyState, fields })).toBe(dot(2, 10));
    expect(creationStamp(emptyState)).toBe('');
  });

  test('[MRG-7] is there on whatever is alive, after any writes, deletes and joins', () => {
    const step = fc.record({
      device: fc.nat({ max: 2 }),
      kind: fc.constantFrom('write' as const, 'write' as const, 'delete' as const, 'join' as const),
      from: fc.nat({ max: 2 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(label, ticket), fc.array(step, { maxLength: 30 }), (spec, steps) => {
        const states = [emptyState, emptyState, emptyState];
        for (const [index, { device, kind, from }] of steps.entries()) {
          const state = states[device]!;
          const at = dot(device, 10 + index);
          if (kind === 'write') states[device] = write(spec, state, at);
          else if (kind === 'delete') states[device] = deleteState(state, { dot: at, seen: state.version });
          else states[device] = joinStates(state, states[from]!);
          const now = states[device];
          if (now.fields.size > 0 && isAlive(spec, now)) expect(now.fields.has(creationField)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
