import type { SyncedModel } from '../model/sync-model.ts';
import type { ViewRecord } from '../read/library-reader.ts';

/** A record as plain values by property: what syncs of it, references as UUIDs. It belongs to no unit of work. */
export type PlainRecord<E> = { readonly uuid: string; readonly version: string } & {
  readonly [K in keyof E as K extends 'id' | 'uuid' | 'version' | symbol ? never : K]?: NonNullable<
    E[K]
  > extends { readonly version: unknown }
    ? string | null
    : E[K] | null;
};

/** A record of the reader by the properties of its entity. */
export function plainRecord<E>(
  { columns }: SyncedModel,
  { id, version, fields }: ViewRecord,
): PlainRecord<E> {
  const values = columns.map(({ field, property }) => {
    const value = fields.get(field.name) ?? null;
    return [property, field.kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value];
  });
  return { uuid: id, version, ...Object.fromEntries(values) };
}
