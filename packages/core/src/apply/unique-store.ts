import { type RecordRef, refKey } from '../ids.ts';
import type { UniqueChange } from './unique-overlay.ts';
import { isElder, type Sharer, type UniqueValue } from './unique-value.ts';
import type { ViewReader } from './view-reader.ts';

/** The unique values of a library in maps (MRG-7). */
export interface UniqueStore extends Pick<ViewReader, 'sharing'> {
  set(change: UniqueChange): void;
  valuesOf(ref: RecordRef): readonly UniqueValue[];
}

export function createUniqueStore(): UniqueStore {
  const valuesByKey = new Map<string, readonly UniqueValue[]>();
  const sharersByValue = new Map<string, Map<string, Sharer>>();
  const valueKey = (model: string, { unique, value }: UniqueValue) => `${model}/${unique}/${value}`;
  const valuesOf = (ref: RecordRef) => valuesByKey.get(refKey(ref)) ?? [];
  return {
    valuesOf,
    set({ ref, values }) {
      for (const value of valuesOf(ref)) sharersByValue.get(valueKey(ref.model, value))!.delete(ref.id);
      valuesByKey.set(refKey(ref), values);
      for (const value of values) {
        const key = valueKey(ref.model, value);
        const sharers = sharersByValue.get(key) ?? new Map<string, Sharer>();
        sharersByValue.set(key, sharers.set(ref.id, { id: ref.id, stamp: value.stamp }));
      }
    },
    sharing(model, value, limit) {
      const sharers = [...(sharersByValue.get(valueKey(model, value))?.values() ?? [])];
      return sharers.sort((a, b) => (isElder(a, b) ? -1 : 1)).slice(0, limit);
    },
  };
}
