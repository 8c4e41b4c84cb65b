import { type ModelName, type ModelSpec, policiesOf } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** Which fields and unique constraints of each model the program knew that last opened this library for applying (DEP-5). */
export interface KnownFields {
  /** Fields of the model that are new to this program; none where no program noted any. */
  gained(spec: ModelSpec): string[];
  /** Whether its unique constraints are others than they were, so that other records are held or renamed (MRG-7). */
  isJudgedAnew(spec: ModelSpec): boolean;
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
      'select uuid from shoal_records where model = ? and uuid > ? order by uuid limit ?+0',
    )
    .pluck();
  const keyOf = ({ name }: ModelSpec) => `fields:${name}`;
  const uniquesKeyOf = ({ name }: ModelSpec) => `uniques:${name}`;
  const namesOf = ({ fields }: ModelSpec) => fields.map(({ name }) => name);
  return {
    gained(spec) {
      const noted = select.get(keyOf(spec)) as string | undefined;
      if (noted === undefined) return [];
      const known = new Set(noted.split(' '));
      return namesOf(spec).filter((name) => !known.has(name));
    },
    isJudgedAnew(spec) {
      const isNoted = select.get(keyOf(spec)) !== undefined;
      return isNoted && (select.get(uniquesKeyOf(spec)) ?? '') !== policiesOf(spec);
    },
    note(spec) {
      const value = namesOf(spec).join(' ');
      if (select.get(keyOf(spec)) !== value) upsert.run(keyOf(spec), value);
      const policies = policiesOf(spec);
      if ((select.get(uniquesKeyOf(spec)) ?? '') !== policies) upsert.run(uniquesKeyOf(spec), policies);
    },
    uuidsAfter: (model, after, limit) => uuids.all(model, after, limit) as string[],
  };
}
