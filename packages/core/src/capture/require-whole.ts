import { ShoalError } from '../errors/shoal-error.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import type { Value } from '../record/value.ts';

/**
 * A row is written whole: what it must say and says nowhere here, as another device's claim to have seen it took it away
 * (MRG-5) or an edit outlived a delete (MRG-4), has to be said.
 * Throws `incomplete-record`, naming the field.
 */
export function requireWhole(spec: ModelSpec, fields: ReadonlyMap<string, Value>): void {
  const missing = referencesOf(spec).find(({ name, nullable }) => !nullable && fields.get(name) === null);
  if (missing === undefined) return;
  throw new ShoalError(
    'incomplete-record',
    `"${missing.name}" of this ${spec.name} stands nowhere here any more; write the whole record`,
    { model: spec.name, field: missing.name },
  );
}
