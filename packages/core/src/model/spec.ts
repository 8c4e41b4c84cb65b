import type { ModelName } from '../ids.ts';
import type { MergeRule } from '../merge/merge-rule.ts';
import type { Value } from '../record/value.ts';

/** A synced field that holds a value of its own. */
export interface ValueField {
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'blob' | 'json';
  readonly name: string;
  readonly nullable: boolean;
  /** What the view shows where nobody wrote. */
  readonly default: Value;
  /** Whether a new record must say it; otherwise it takes the default. */
  readonly required?: boolean;
  /** Closed set of texts, if any. */
  readonly oneOf?: readonly string[];
  /** How values that were written without knowledge of each other become one; `last` if not said (MRG-3). */
  readonly merge?: MergeRule;
  /** The schema version of the model that brought the field; where it is not given, all have it (DEP-5). */
  readonly since?: number;
}

/** A synced field that points to a record; its value is the target's UUID or null. */
export interface ReferenceField {
  readonly kind: 'reference';
  readonly name: string;
  readonly target: ModelName;
  readonly nullable: boolean;
  /** What a missing target means: the record waits, or shows null (DEP-2). */
  readonly missing: 'wait' | 'null';
  readonly default: null;
  /** As in `ValueField`. */
  readonly since?: number;
}

export type FieldSpec = ValueField | ReferenceField;

/**
 * Who may write a record (MRG-5): anyone; the device that the record is; the device that a reference names; or the owner
 * of the record that a reference names, where it is null the device that `otherwise` names, or anyone. Of `claims` anyone
 * may write the record itself, and what is owned through it changes hands: the field, a union set, says who claimed.
 */
export type Ownership =
  | { readonly kind: 'shared' }
  | { readonly kind: 'self' }
  | { readonly kind: 'device'; readonly field: string }
  | { readonly kind: 'through'; readonly field: string; readonly otherwise?: string }
  | { readonly kind: 'claims'; readonly field: string };

/**
 * A unique constraint, and what becomes of records that have the same values in all of its fields (MRG-7); null never
 * meets null. All but the eldest are hidden (`hold`), or shown with another text in the last field (`rename`). With
 * `derived-id` devices meet on one record by its name, so that nothing collides; what does all the same is held.
 */
export interface UniqueSpec {
  readonly fields: readonly string[];
  readonly policy: 'derived-id' | 'rename' | 'hold';
}

/** Everything the engine knows of a model; it holds no branch per model (S0-05). */
export interface ModelSpec {
  readonly name: ModelName;
  readonly table: string;
  readonly domain: 'index' | 'user-metadata';
  readonly ownership: Ownership;
  /** Whether the log keeps the latest state or each operation (CHG-7, LOG-3). */
  readonly strategy: 'state' | 'log';
  /** Whether a write writes all fields, or those that the app changed (MRG-3). */
  readonly granularity: 'row' | 'field';
  /** What a delete and a concurrent edit give (MRG-4). */
  readonly deletes: 'delete-wins' | 'edit-wins';
  /**
   * How records are named: fresh UUIDv7, or derived from their natural key, so that devices meet on one record
   * (MRG-6). A derived record writes no value for a field left at its default. `mixed`: some are, told by their UUID.
   */
  readonly ids: 'fresh' | 'derived' | 'mixed';
  readonly schemaVersion: number;
  /** 0 first, 50 by default (S1-36); at most 255. */
  readonly priority: number;
  /** In order of their names. */
  readonly fields: readonly FieldSpec[];
  readonly uniques: readonly UniqueSpec[];
  /** Models that must come first although no reference says so (DEP-1). */
  readonly dependsOn: readonly ModelName[];
  /** The reference whose target is the record's scope (REP-7). */
  readonly scope: string | null;
}

/** The field of that name, if the model has it. */
export function fieldOf(spec: ModelSpec, name: string): FieldSpec | undefined {
  for (const field of spec.fields) if (field.name === name) return field;
  return undefined;
}

const referencesBySpec = new WeakMap<ModelSpec, readonly ReferenceField[]>();

/** The references of a model. Found once per spec: every record that is planned asks several times. */
export function referencesOf(spec: ModelSpec): readonly ReferenceField[] {
  let references = referencesBySpec.get(spec);
  if (references === undefined) {
    references = spec.fields.filter((field) => field.kind === 'reference');
    referencesBySpec.set(spec, references);
  }
  return references;
}

/** The fields that tell whose a record is; the first of them that is set. */
export function owningFields({ ownership }: ModelSpec): readonly string[] {
  switch (ownership.kind) {
    case 'shared':
    case 'self':
    case 'claims':
      return [];
    case 'device':
      return [ownership.field];
    case 'through':
      return ownership.otherwise === undefined ? [ownership.field] : [ownership.field, ownership.otherwise];
  }
}

/** Names a constraint among those of its model. */
export function uniqueName({ fields }: UniqueSpec): string {
  return fields.join();
}

/** The field in which a constraint tells records apart: the last one; it is what errors name and renaming changes. */
export function tellingField({ fields }: UniqueSpec): string {
  return fields.at(-1)!;
}
