import { ShoalError } from '../errors/shoal-error.ts';
import { fieldsSince } from '../model/schema-versions.ts';
import type { ModelSpec } from '../model/spec.ts';
import { sameValue, type Value } from '../record/value.ts';

/**
 * What of a write goes into a record of `schemaVersion`: without fields of later versions at their defaults, which is
 * what every reader shows where nobody wrote (DEP-5). Throws `schema-not-agreed` for another value of such a field.
 */
export function withinSchema(
  spec: ModelSpec,
  schemaVersion: number,
  fields: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const later = fieldsSince(spec, schemaVersion).filter(({ name }) => fields.has(name));
  if (later.length === 0) return fields;
  const refused = later.find((field) => !sameValue(fields.get(field.name)!, field.default));
  if (refused !== undefined) {
    throw new ShoalError(
      'schema-not-agreed',
      `"${refused.name}" of ${spec.name} is of version ${refused.since}; version ${schemaVersion} is what all devices of the library know`,
      { model: spec.name, field: refused.name },
    );
  }
  const names = new Set(later.map(({ name }) => name));
  return new Map([...fields].filter(([name]) => !names.has(name)));
}
