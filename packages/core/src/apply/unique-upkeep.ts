import type { RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ModelSpec, tellingField, type UniqueSpec, uniqueName } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { RefMap } from '../ref-map.ts';
import type { Standing } from './standing.ts';
import { createUniqueOverlay, type UniqueChange } from './unique-overlay.ts';
import { looksRenamed, renamed, type Sharer, type UniqueValue, uniqueValuesIn } from './unique-value.ts';
import type { ViewReader } from './view-reader.ts';

/** Who is held or renamed while one plan is made (MRG-7). */
export interface UniqueUpkeep {
  /**
   * Takes in what a record is now. Returns who else is judged otherwise by it: where a value has another eldest than
   * before, the one before and the one now. All others are younger, before and after.
   */
  settle(ref: RecordRef, standing: Standing): readonly RecordRef[];
  /** Whether an alive record that came before has one of its values, by a constraint that holds. */
  isHeld(ref: RecordRef, spec: ModelSpec): boolean;
  /** Gives `row` the texts that the record shows in place of those that an elder has. */
  rename(ref: RecordRef, spec: ModelSpec, row: Map<string, Value>): void;
  changes(): UniqueChange[];
}

const none: readonly RecordRef[] = [];

/** Everything as the library has it. */
export function createUniqueUpkeep(registry: Registry, reader: ViewReader): UniqueUpkeep {
  const overlay = createUniqueOverlay(reader);
  const settled = new RefMap<true>();

  function settle(ref: RecordRef, spec: ModelSpec, state: RecordState | null): RecordRef[] {
    const before = overlay.valuesOf(ref);
    const values = state === null ? [] : uniqueValuesIn(spec, state);
    if (isSame(before, values)) return [];
    const touched = [...before, ...values];
    const eldestBefore = touched.map((value) => overlay.eldest(ref.model, value));
    overlay.set({ ref, values });
    return touched.flatMap((value, index) =>
      otherThan(ref, eldestBefore[index], overlay.eldest(ref.model, value)),
    );
  }

  /** Whether an elder has the record's value under a constraint. */
  function isYounger(ref: RecordRef, unique: UniqueSpec): boolean {
    const name = uniqueName(unique);
    const value = overlay.valuesOf(ref).find((each) => each.unique === name);
    return value !== undefined && overlay.eldest(ref.model, value)?.id !== ref.id;
  }

  return {
    settle(ref, standing) {
      const spec = registry.get(ref.model);
      if (spec === undefined || spec.uniques.length === 0 || settled.has(ref)) return none;
      settled.set(ref, true);
      return settle(ref, spec, standing.kind === 'alive' ? standing.state : null);
    },
    isHeld: (ref, { uniques }) =>
      uniques.some((unique) => unique.policy !== 'rename' && isYounger(ref, unique)),
    rename(ref, { uniques }, row) {
      for (const unique of uniques) {
        if (unique.policy !== 'rename') continue;
        const field = tellingField(unique);
        const text = row.get(field);
        if (typeof text !== 'string') continue;
        if (looksRenamed(text) || isYounger(ref, unique)) row.set(field, renamed(text, ref.id));
      }
    },
    changes: () => overlay.changes(),
  };
}

/** The eldest of a value before and after, where they differ, but the record that is looked at anyway. */
function otherThan(ref: RecordRef, before: Sharer | undefined, after: Sharer | undefined): RecordRef[] {
  if (before?.id === after?.id) return [];
  return [before, after].flatMap((sharer) =>
    sharer === undefined || sharer.id === ref.id ? [] : [{ model: ref.model, id: sharer.id }],
  );
}

function isSame(a: readonly UniqueValue[], b: readonly UniqueValue[]): boolean {
  return (
    a.length === b.length &&
    b.every(({ unique, value, stamp }) =>
      a.some((other) => other.unique === unique && other.value === value && other.stamp === stamp),
    )
  );
}
