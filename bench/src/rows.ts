import type { ModelName, RecordId, Value } from '@shoal/core';
import { freshRecordId, type LocalWrite } from '@shoal/library';

/** A tag to be written: its key made beforehand, its fields those that the tag's table has. */
export interface TagRow {
  readonly id: RecordId;
  readonly fields: ReadonlyMap<string, Value>;
}

/** How many rows one transaction takes, in scenarios and floors alike. */
export const rowsPerTransaction = 1_000;

/** So many fresh tags. */
export function makeTags(count: number): TagRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: freshRecordId(Date.now()),
    fields: new Map<string, Value>([
      ['canonical_name', `tag number ${index}`],
      ['display_name', `Tag number ${index}`],
      ['namespace', 'bench'],
      ['tag_type', 'standard'],
      ['privacy_level', 'normal'],
      ['search_weight', index % 200],
      ['color', '#00aaff'],
      ['icon', null],
      ['created_by_device', null],
    ]),
  }));
}

/** The same tags as the batch API takes them, transaction by transaction. */
export function tagWrites(tags: readonly TagRow[]): LocalWrite[][] {
  return inTransactions(tags).map((batch) =>
    batch.map(({ id, fields }) => ({
      kind: 'put',
      ref: { model: 'tag' as ModelName, id },
      fields,
      seen: null,
    })),
  );
}

/** Cuts a list where its transactions end. */
export function inTransactions<T>(list: readonly T[]): T[][] {
  const batches: T[][] = [];
  for (let at = 0; at < list.length; at += rowsPerTransaction)
    batches.push(list.slice(at, at + rowsPerTransaction));
  return batches;
}
