import { type ModelName, type RecordRef, refKey } from '../ids.ts';
import { isElder, type Sharer, type UniqueValue } from './unique-value.ts';
import type { ViewReader } from './view-reader.ts';

/** The unique values that a plan gives a record, in place of those that it had. */
export interface UniqueChange {
  readonly ref: RecordRef;
  readonly values: readonly UniqueValue[];
}

/** Who has which unique value: the library, with changes on top. */
export interface UniqueOverlay {
  /** Once for each record. */
  set(change: UniqueChange): void;
  valuesOf(ref: RecordRef): readonly UniqueValue[];
  /** The eldest that has the value, `except` left out. */
  eldest(model: ModelName, value: UniqueValue, except?: RecordRef): Sharer | undefined;
  changes(): UniqueChange[];
}

/** No changes yet. */
export function createUniqueOverlay(reader: Pick<ViewReader, 'sharing' | 'uniqueValuesOf'>): UniqueOverlay {
  const changeByKey = new Map<string, UniqueChange>();
  const idsByValue = new Map<string, Map<string, Sharer>>();

  function eldestStored(
    model: ModelName,
    value: UniqueValue,
    except: string | undefined,
  ): Sharer | undefined {
    for (let limit = 2; ; limit *= 4) {
      const sharers = reader.sharing(model, value, limit);
      const eldest = sharers.find(({ id }) => {
        const key = refKey({ model, id });
        return key !== except && !changeByKey.has(key);
      });
      if (eldest !== undefined || sharers.length < limit) return eldest;
    }
  }

  return {
    set(change) {
      const { ref, values } = change;
      const key = refKey(ref);
      changeByKey.set(key, change);
      for (const value of values) {
        const sharers = idsByValue.get(valueKey(ref.model, value)) ?? new Map<string, Sharer>();
        idsByValue.set(valueKey(ref.model, value), sharers.set(ref.id, { id: ref.id, stamp: value.stamp }));
      }
    },
    valuesOf: (ref) => changeByKey.get(refKey(ref))?.values ?? reader.uniqueValuesOf(ref),
    eldest(model, value, except) {
      let eldest = eldestStored(model, value, except && refKey(except));
      for (const sharer of idsByValue.get(valueKey(model, value))?.values() ?? []) {
        if (sharer.id === except?.id) continue;
        if (eldest === undefined || isElder(sharer, eldest)) eldest = sharer;
      }
      return eldest;
    },
    changes: () => [...changeByKey.values()],
  };
}

function valueKey(model: ModelName, { unique, value }: UniqueValue): string {
  return `${model}/${unique}/${value}`;
}
