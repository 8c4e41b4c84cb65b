import {
  type FieldSpec,
  type ModelName,
  type ModelSpec,
  owningFields,
  type RecordId,
  type Value,
  withClaim,
} from '@shoal/core';
import type { SyncedModel } from '@shoal/library';
import { models } from '../index.ts';
import { newId, secret, type TestDevice } from './library-on-disk.ts';

/**
 * One way to make a record of a model, read from its declaration alone. Models that hang on one of several targets
 * have a way for each; what is owned through another record has one for each way to make that.
 */
export interface Way {
  readonly name: string;
  readonly model: SyncedModel;
  /** Nullable references that a new record needs for its name. */
  readonly chosen: readonly string[];
  /** How the record is made through which this one is owned. */
  readonly through: Way | null;
}

/** Fields of a record, by name. */
export type Fields = Record<string, Value>;

/** A record that is not there yet. */
export interface Draft {
  readonly id: RecordId;
  readonly fields: Fields;
}

/** Makes records on one device, with whatever they need; never the same values twice. */
export interface RecordMaker {
  /** A record of which only the targets are there; with the fields that are `given`, whatever else it needs. */
  draft(way: Way, given?: Fields): Promise<Draft>;
  make(way: Way): Promise<RecordId>;
  /** Another value for every field that may change after the record is there. */
  edits(way: Way): Promise<Fields>;
}

/** Every way to make a record of every model, in order of the registry. */
export const ways: readonly Way[] = models.flatMap(waysOf);

/** Whether everybody may write what is made this way (MRG-5). */
export function isShared({ model, chosen, through }: Way): boolean {
  const { ownership } = model.spec;
  switch (ownership.kind) {
    case 'shared':
    case 'claims':
      return true;
    case 'self':
    case 'device':
      return false;
    case 'through':
      if (through === null) return ownership.otherwise === undefined && !chosen.includes(ownership.field);
      return through.model.spec.ownership.kind !== 'claims' && isShared(through);
  }
}

/** The fields of a model that may change after a record was made: not its name, its owner, nor its scope. */
export function editableFields({ model }: Way): readonly FieldSpec[] {
  const { spec } = model;
  const fixed = [...owningFields(spec), spec.scope];
  const isName = (field: FieldSpec) =>
    field.kind === 'reference' ? isNamedByFields(model) && field.missing === 'wait' : names(model, field);
  return spec.fields.filter((field) => !fixed.includes(field.name) && !isName(field));
}

/** Opens a maker for `by`; `targets` of one maker are shared by all that it makes. */
export function recordMaker(by: TestDevice): RecordMaker {
  const targetByWay = new Map<string, RecordId>();
  const maker: RecordMaker = {
    async draft(way, given = {}) {
      const { spec, deriveId } = way.model;
      const fields: Fields = { ...given };
      for (const field of spec.fields) {
        if (field.name in given) continue;
        if (field.kind !== 'reference') {
          if (isClaims(spec, field)) fields[field.name] = withClaim('[]', by.id);
          else if (field.required === true) fields[field.name] = nextValue(field);
        } else if (!field.nullable || way.chosen.includes(field.name)) {
          fields[field.name] = await target(field.target, throughOf(way, field.name));
        }
      }
      const derived = deriveId?.(secret, new Map(Object.entries(fields))) ?? null;
      const own = spec.ownership.kind === 'self' ? (by.id as string as RecordId) : null;
      return { id: own ?? derived ?? newId(), fields };
    },
    async make(way) {
      const { id, fields } = await maker.draft(way);
      await by.put(way.model.spec.name, id, fields);
      return id;
    },
    async edits(way) {
      const fields: Fields = {};
      for (const field of editableFields(way)) {
        const isReference = field.kind === 'reference';
        fields[field.name] = isReference ? await fresh(field.target) : nextValue(field);
      }
      return fields;
    },
  };

  function target(model: ModelName, through: Way | null): Promise<RecordId> {
    const way = through ?? waysTo(model);
    const known = targetByWay.get(way.name);
    return known === undefined ? fresh(model, way) : Promise.resolve(known);
  }

  async function fresh(model: ModelName, way: Way = waysTo(model)): Promise<RecordId> {
    if (way.model.spec.ownership.kind === 'self') return by.id as string as RecordId;
    const id = await maker.make(way);
    targetByWay.set(way.name, id);
    return id;
  }

  return maker;
}

/** What is owned through a record is its maker's only if it says so (MRG-5). */
function isClaims({ ownership }: ModelSpec, { name }: FieldSpec): boolean {
  return ownership.kind === 'claims' && ownership.field === name;
}

let count = 0;

/** A value that is allowed, and another one than the last of this field. */
export function nextValue(field: Exclude<FieldSpec, { kind: 'reference' }>): Value {
  count++;
  if (field.oneOf !== undefined) return field.oneOf[count % field.oneOf.length]!;
  switch (field.kind) {
    case 'text':
      return `${field.name} ${count}`;
    case 'integer':
      return count;
    case 'number':
      return count + 0.5;
    case 'boolean':
      return field.default !== true;
    case 'json':
      return JSON.stringify(field.merge === 'union' ? [count] : { count });
    case 'blob':
      return Uint8Array.of(count % 256, 255, 0);
  }
}

function waysOf(model: SyncedModel): Way[] {
  const { spec } = model;
  const choices = namedByTarget(model) ?? [[]];
  return choices.flatMap((chosen): Way[] => {
    const name = [spec.name, ...chosen].join(' of ');
    const through = spec.ownership.kind === 'through' ? spec.ownership.field : null;
    const reference = spec.fields.find((field) => field.name === through);
    if (reference?.kind !== 'reference' || reference.nullable) {
      return [{ name, model, chosen, through: null }];
    }
    const owners = waysOf(modelOf(reference.target));
    return owners.map((through) => ({
      name: owners.length === 1 ? name : `${name} at ${through.name}`,
      ...{ model, chosen, through },
    }));
  });
}

/** Where the name of a record follows from one of several nullable references: each of them. */
function namedByTarget({ spec, deriveId }: SyncedModel): string[][] | undefined {
  if (deriveId === null) return undefined;
  const isNamedBy = (chosen: string | null) => {
    const required = spec.fields.filter((field) =>
      field.kind === 'reference' ? !field.nullable || field.name === chosen : field.required === true,
    );
    return deriveId(secret, new Map(required.map(({ name }) => [name, newId()]))) !== null;
  };
  if (isNamedBy(null)) return undefined;
  const nullable = spec.fields.filter((field) => field.kind === 'reference' && field.nullable);
  const naming = nullable.filter(({ name }) => isNamedBy(name)).map(({ name }) => [name]);
  return naming.length === 0 ? undefined : naming;
}

/** Whether the names of a model's records follow from what is synced. */
export function isNamedByFields({ spec, deriveId }: SyncedModel): boolean {
  return (
    deriveId !== null && deriveId(secret, new Map(spec.fields.map(({ name }) => [name, newId()]))) !== null
  );
}

/** Whether a record of another value in this field is another record. */
function names({ spec, deriveId }: SyncedModel, field: FieldSpec): boolean {
  const fields = new Map<string, Value>(spec.fields.map(({ name }) => [name, newId()]));
  const before = deriveId?.(secret, fields) ?? null;
  return before !== (deriveId?.(secret, fields.set(field.name, newId())) ?? null);
}

function throughOf({ model, through }: Way, field: string): Way | null {
  const { ownership } = model.spec;
  return ownership.kind === 'through' && ownership.field === field ? through : null;
}

function waysTo(model: ModelName): Way {
  return waysOf(modelOf(model))[0]!;
}

function modelOf(name: ModelName): SyncedModel {
  return models.find(({ spec }) => spec.name === name)!;
}
