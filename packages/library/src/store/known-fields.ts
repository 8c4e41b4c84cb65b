import type { ModelName, ModelSpec } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** Which fields of each model the program knew that last opened this library for applying (DEP-5). */
export interface KnownFields {
  /** Fields of the model that are new to this program; none where no program noted any. */
  gained(spec: ModelSpec): string[];
  /** The records of the model show what this program knows. */
  note(spec: ModelSpec): void;
  /** Records of a model behind `after`, in order of their ids. */
  uuidsAfter(model: ModelName, after: string, limit: number): string[];
}

/** Prepares the statements on `db`. */
export function knownFields(db: Sqlite): KnownFields {
  const select = db.prepare<[string], string>('select value from shoal_meta where key = ?').pluck();
  const upsert = db.prepare('insert or replace into shoal_meta (key, value) values (?, ?)');
  const uuids = db
    .prepare<[string, string, number], string>(
      'select uuid from shoal_records where model = ? and uuid > ? order by uuid limit ?',
    )
    .pluck();
  const keyOf = ({ name }: ModelSpec) => `fields:${name}`;
  const namesOf = ({ fields }: ModelSpec) => fields.map(({ name }) => name);
  return {
    gained(spec) {
      const noted = select.get(keyOf(spec)) as string | undefined;
      if (noted === undefined) return [];
      const known = new Set(noted.split(' '));
      return namesOf(spec).filter((name) => !known.has(name));
    },
    note(spec) {
      const value = namesOf(spec).join(' ');
      if (select.get(keyOf(spec)) !== value) upsert.run(keyOf(spec), value);
    },
    uuidsAfter: (model, after, limit) => uuids.all(model, after, limit) as string[],
  };
}
