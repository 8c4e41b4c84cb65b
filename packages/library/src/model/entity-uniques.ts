import type { EntitySchema } from '@mikro-orm/core';
import { ShoalError, type UniqueSpec } from '@shoal/core';
import type { ColumnField } from './entity-columns.ts';

/** A unique constraint by the properties of its entity, and what becomes of records that collide (MRG-7). */
export interface UniqueDeclaration<Property extends string = string> {
  /** In order; the last one tells records apart: errors name it, `rename` changes it. */
  readonly properties: readonly Property[];
  readonly policy: UniqueSpec['policy'];
}

/** What MikroORM keeps of unique constraints before discovery, as far as it is read here. */
interface Constraints {
  readonly properties: Readonly<Record<string, { readonly unique?: boolean | string }>>;
  readonly uniques?: readonly { readonly properties?: string | readonly string[] }[];
}

/** The engine's own: no two rows of one UUID. */
const engineConstraint = 'uuid';

/**
 * The constraints of an entity with their declared policies. Throws `invalid-model`, naming the constraint, where one
 * has none, and where a declaration names what does not sync.
 */
export function readUniques(
  entity: EntitySchema,
  declaration: { readonly name: string; readonly uniques?: readonly UniqueDeclaration[] },
  columns: readonly ColumnField[],
): UniqueSpec[] {
  const declared = declaration.uniques ?? [];
  for (const properties of constraintsOf(entity.meta as unknown as Constraints)) {
    if (keyOf(properties) === engineConstraint) continue;
    if (declared.some((unique) => keyOf(unique.properties) === keyOf(properties))) continue;
    const written = properties.map((property) => `'${property}'`).join(', ');
    refuse(
      declaration.name,
      `has no policy for the unique constraint on "${properties.join(', ')}" (MRG-7); write uniques: [{ properties: [${written}], policy: 'hold' }]`,
    );
  }
  return declared.map(({ properties, policy }) => ({
    policy,
    fields: properties.map((property) => {
      const column = columns.find((candidate) => candidate.property === property);
      if (column !== undefined) return column.field.name;
      return refuse(declaration.name, `is unique by "${property}", which is no synced property`);
    }),
  }));
}

function constraintsOf({ properties, uniques = [] }: Constraints): string[][] {
  const single = Object.entries(properties).filter(
    ([, { unique }]) => unique !== undefined && unique !== false,
  );
  const listed = uniques.map(({ properties: names = [] }) =>
    typeof names === 'string' ? [names] : [...names],
  );
  return [...single.map(([name]) => [name]), ...listed];
}

function keyOf(properties: readonly string[]): string {
  return [...properties].sort().join();
}

function refuse(model: string, reason: string): never {
  throw new ShoalError('invalid-model', `model "${model}" ${reason}`, { model });
}
