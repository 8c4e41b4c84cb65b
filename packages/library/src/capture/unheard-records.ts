import type { ModelName, RecordRef } from '@shoal/core';
import { idRange, rangeMin } from '../store/id-range.ts';
import type { RecordStore } from '../store/record-store.ts';

/**
 * Which records nothing was ever heard of, as far as one look for each model of a batch can tell: what lies between the
 * ids of its new records. True only of what is so when it is asked; false says nothing.
 */
export function unheardRecords(
  records: Pick<RecordStore, 'isAnyBetween'>,
  refs: Iterable<RecordRef>,
): (ref: RecordRef) => boolean {
  const idsByModel = new Map<ModelName, string[]>();
  for (const { model, id } of refs) {
    const ids = idsByModel.get(model);
    if (ids === undefined) idsByModel.set(model, [id]);
    else ids.push(id);
  }
  const emptyByModel = new Map<ModelName, { first: string; last: string }>();
  for (const [model, ids] of idsByModel) {
    if (ids.length < rangeMin) continue;
    const range = idRange(ids);
    if (!records.isAnyBetween(model, range)) emptyByModel.set(model, range);
  }
  return ({ model, id }) => {
    const empty = emptyByModel.get(model);
    return empty !== undefined && id >= empty.first && id <= empty.last;
  };
}
