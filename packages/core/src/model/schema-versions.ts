import type { ModelName } from '../ids.ts';
import type { Registry } from './registry.ts';
import type { FieldSpec, ModelSpec } from './spec.ts';

/** By model, a version of its schema: the greatest that a program knows, or that is written (DEP-5). */
export type SchemaVersions = ReadonlyMap<ModelName, number>;

/** What a program announces to the other members: all models that it knows, and how far (DEP-5). */
export function knownSchemas(registry: Registry): SchemaVersions {
  return new Map(registry.specs.map(({ name, schemaVersion }) => [name, schemaVersion]));
}

/**
 * What a program that knows `own` writes: of each model the lowest version that all active members know, or the one that
 * an admin raised it to, never more than it knows itself (DEP-5). A member that does not know a model holds back none of
 * its versions: whatever is written parks there until it is upgraded.
 */
export function schemasToWrite(
  own: SchemaVersions,
  members: readonly SchemaVersions[],
  raised: SchemaVersions = new Map(),
): SchemaVersions {
  return new Map(
    [...own].map(([model, version]) => {
      const lowest = Math.min(version, ...members.map((known) => known.get(model) ?? version));
      return [model, Math.min(version, Math.max(lowest, raised.get(model) ?? 0))];
    }),
  );
}

/** The version in which records of a model are written, where `schemas` says nothing the one that is known. */
export function schemaToWrite(spec: ModelSpec, schemas: SchemaVersions): number {
  return schemas.get(spec.name) ?? spec.schemaVersion;
}

/** Fields that only later versions than `schemaVersion` have. */
export function fieldsSince(spec: ModelSpec, schemaVersion: number): readonly FieldSpec[] {
  if (schemaVersion >= spec.schemaVersion) return [];
  return spec.fields.filter(({ since }) => since !== undefined && since > schemaVersion);
}
