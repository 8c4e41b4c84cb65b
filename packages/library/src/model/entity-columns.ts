import type { EntitySchema } from '@mikro-orm/core';
import {
  type FieldSpec,
  type MergeRule,
  type ModelName,
  ShoalError,
  type Value,
  type ValueField,
} from '@shoal/core';
import type { SyncDeclaration } from './sync-model.ts';

/** A synced field beside the property and the column that hold it. */
export interface ColumnField {
  readonly field: FieldSpec;
  readonly property: string;
  readonly column: string;
  /** The table that a reference points to. */
  readonly targetTable: string | null;
}

/** What MikroORM keeps of a property before discovery, as far as it is read here. */
interface Property {
  readonly kind?: string;
  readonly type?: { readonly name?: string } | string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: boolean;
  readonly items?: readonly string[];
  readonly deleteRule?: string;
  readonly entity?: () => EntitySchema;
}

const engineProperties = new Set(['id', 'uuid', 'version']);

const kindByType: Readonly<Record<string, ValueField['kind']>> = {
  StringType: 'text',
  TextType: 'text',
  UuidType: 'text',
  IntegerType: 'integer',
  DoubleType: 'number',
  BooleanType: 'boolean',
  JsonType: 'json',
  BlobType: 'blob',
  Uint8ArrayType: 'blob',
};

/** Reads the columns of an entity: synced ones in order of their fields' names, local ones by name. */
export function readEntity(
  entity: EntitySchema,
  declaration: SyncDeclaration,
): { table: string; columns: ColumnField[]; localColumns: string[] } {
  const stays = localProperties(entity, declaration);
  const columns: ColumnField[] = [];
  const localColumns: string[] = [];
  for (const [property, meta] of Object.entries(
    entity.meta.properties as unknown as Record<string, Property>,
  )) {
    if (engineProperties.has(property)) continue;
    if (stays.has(property)) localColumns.push(columnOf(property, meta));
    else columns.push(sinceVersion(declaration, columnField(declaration, property, meta)));
  }
  const merged = Object.keys(declaration.merge ?? {});
  const unsynced = merged.find((name) => !columns.some(({ property }) => property === name));
  if (unsynced !== undefined)
    refuse(declaration, `merges "${unsynced}", which is no synced property (MRG-3)`);
  columns.sort((a, b) => (a.field.name < b.field.name ? -1 : 1));
  return { table: tableOf(entity), columns, localColumns };
}

function sinceVersion(declaration: SyncDeclaration, column: ColumnField): ColumnField {
  const since = declaration.since?.[column.property];
  return since === undefined ? column : { ...column, field: { ...column.field, since } };
}

/** What never leaves the device: what is named as local, or all but what is named to leave (S0-10). */
function localProperties(entity: EntitySchema, declaration: SyncDeclaration): ReadonlySet<string> {
  const { fields, local } = declaration;
  if (fields !== undefined && local !== undefined)
    refuse(declaration, 'names both its fields and what is local');
  const own = Object.keys(entity.meta.properties).filter((property) => !engineProperties.has(property));
  const unknown = (fields ?? local ?? []).find((property) => !own.includes(property));
  if (unknown !== undefined) refuse(declaration, `names the unknown property "${unknown}"`);
  return new Set(fields === undefined ? local : own.filter((property) => !fields.includes(property)));
}

function columnField(declaration: SyncDeclaration, property: string, meta: Property): ColumnField {
  const name = snakeCase(property);
  if (meta.kind !== 'm:1') {
    const field = valueField(declaration, name, { ...meta, merge: declaration.merge?.[property] });
    return { field, property, column: name, targetTable: null };
  }
  if (meta.deleteRule !== 'no action') {
    refuse(
      declaration,
      `needs deleteRule('no action') on "${property}": the engine deletes what requires a record (DEP-3)`,
    );
  }
  if (declaration.merge?.[property] !== undefined)
    refuse(declaration, `merges the reference "${property}", which follows the last writer (MRG-3)`);
  const missing = declaration.references?.[property];
  if (missing === undefined)
    refuse(
      declaration,
      `does not say whether "${property}" waits or shows null (DEP-2); write references: { ${property}: 'wait' } or 'null'`,
    );
  const target = meta.entity!();
  const field: FieldSpec = {
    kind: 'reference',
    name,
    target: snakeCase(String(target.meta.className ?? target.meta.name)) as ModelName,
    nullable: meta.nullable === true,
    missing,
    default: null,
  };
  return { field, property, column: columnOf(property, meta), targetTable: tableOf(target) };
}

function valueField(
  declaration: SyncDeclaration,
  name: string,
  meta: Property & { readonly merge: MergeRule | undefined },
): ValueField {
  const type = typeof meta.type === 'string' ? meta.type : (meta.type?.name ?? '');
  const kind = meta.enum === true ? 'text' : kindByType[type];
  if (kind === undefined)
    refuse(
      declaration,
      `has "${name}" of a type that does not sync; write p.string, integer, double, boolean, json, enum or blob, or name it in local`,
    );
  const { merge, items } = meta;
  const nullable = meta.nullable === true;
  // What is merged in parts may have none.
  const empty = typeof merge === 'string' ? emptyParts[merge] : undefined;
  const given = meta.default === undefined ? empty : defaultValue(kind, meta.default);
  const field: ValueField = {
    kind,
    name,
    nullable,
    required: !nullable && given === undefined,
    default: given === undefined ? emptyValue(kind, nullable) : given,
    ...(items === undefined ? {} : { oneOf: items }),
  };
  return merge === undefined ? field : { ...field, merge };
}

const emptyParts: Readonly<Record<string, Value>> = { union: '[]', map: '{}', counter: 0 };

/** JSON travels as text. */
function defaultValue(kind: ValueField['kind'], value: unknown): Value {
  return kind === 'json' && typeof value !== 'string' ? JSON.stringify(value) : (value as Value);
}

/** What the view shows where nobody wrote a field that declares no default. */
function emptyValue(kind: ValueField['kind'], nullable: boolean): Value {
  if (nullable) return null;
  switch (kind) {
    case 'text':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'json':
      return 'null';
    case 'blob':
      return new Uint8Array();
  }
}

function columnOf(property: string, meta: Property): string {
  return meta.kind === 'm:1' ? `${snakeCase(property)}_id` : snakeCase(property);
}

function tableOf(entity: EntitySchema): string {
  return String(entity.meta.tableName);
}

function snakeCase(text: string): string {
  return text.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function refuse(declaration: SyncDeclaration, reason: string): never {
  throw new ShoalError('invalid-model', `model "${declaration.name}" ${reason}`, { model: declaration.name });
}
