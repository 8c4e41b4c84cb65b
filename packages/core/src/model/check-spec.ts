import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import { checkMerges } from './check-merges.ts';
import { checkUniques } from './check-uniques.ts';
import { type ModelSpec, type ReferenceField, referencesOf } from './spec.ts';

const namePattern = /^[a-z][a-z0-9_]*$/;

/**
 * Checks one declaration against itself and the models beside it. Throws `invalid-model`, naming the model and
 * what it declares that cannot be kept.
 */
export function checkSpec(spec: ModelSpec, specByName: ReadonlyMap<string, ModelSpec>): void {
  if (!isName(spec.name)) refuseModel(spec, 'has a malformed name');
  if (spec.deletes === 'edit-wins' && spec.granularity !== 'row') {
    refuseModel(spec, 'lets an edit beat a delete, which only row granularity allows (MRG-4)');
  }
  if (spec.strategy === 'log' && spec.domain === 'index') {
    // Logs tell by the domain in the header whose operations they keep: they cannot see the strategy (LOG-3).
    refuseModel(spec, 'is log-based, and of the domain index, of which logs keep the latest alone (LOG-3)');
  }
  if (!Number.isInteger(spec.priority) || spec.priority < 0 || spec.priority > 255) {
    refuseModel(spec, 'needs a priority of 0 to 255');
  }
  for (const other of spec.dependsOn) {
    if (!specByName.has(other)) refuseModel(spec, `depends on the unsynced "${other}"`);
  }
  checkFieldNames(spec);
  for (const reference of referencesOf(spec)) checkReference(spec, reference, specByName);
  checkSince(spec);
  checkSelfReferences(spec);
  checkOwnership(spec);
  checkMerges(spec, (reason) => refuseModel(spec, reason));
  checkUniques(spec, (reason) => refuseModel(spec, reason));
}

/** Throws `invalid-model` for `spec`. */
export function refuseModel(spec: ModelSpec, reason: string): never {
  throw new ShoalError('invalid-model', `model "${spec.name}" ${reason}`, { model: spec.name });
}

function checkFieldNames(spec: ModelSpec): void {
  if (spec.fields.length > limits.fieldsMax) refuseModel(spec, `has more than ${limits.fieldsMax} fields`);
  const names = spec.fields.map((field) => field.name);
  const malformed = names.find((name) => !isName(name));
  if (malformed !== undefined) refuseModel(spec, `has a field of the malformed name "${malformed}"`);
  if (new Set(names).size !== names.length) refuseModel(spec, 'has two fields of one name');
  if (names.some((name, index) => index > 0 && names[index - 1]! > name)) {
    refuseModel(spec, 'has fields out of order');
  }
}

function checkReference(
  spec: ModelSpec,
  { name, target, missing, nullable }: ReferenceField,
  specByName: ReadonlyMap<string, ModelSpec>,
): void {
  if (!specByName.has(target))
    refuseModel(
      spec,
      `refers by "${name}" to the unsynced "${target}"; declare "${target}" by syncModel beside it, or name "${name}" in local`,
    );
  if (missing === 'null' && !nullable) {
    refuseModel(spec, `shows null by "${name}", which is not nullable`);
  }
}

/** While older versions are written, what a later one brought is left out: so it can be (DEP-5). */
function checkSince(spec: ModelSpec): void {
  for (const field of spec.fields) {
    const { name, since } = field;
    if (since === undefined) continue;
    if (!Number.isInteger(since) || since < 2 || since > spec.schemaVersion) {
      refuseModel(spec, `has "${name}" since version ${since}; expected 2 to ${spec.schemaVersion}`);
    }
    const isRequired = field.kind === 'reference' ? !field.nullable : field.required === true;
    if (isRequired) refuseModel(spec, `requires "${name}", which it has since version ${since} only`);
  }
}

/** A circle of records is cut at one reference that can be null (DEP-1, DEP-2): so there is one to cut at. */
function checkSelfReferences(spec: ModelSpec): void {
  const waiting = referencesOf(spec).filter(
    (reference) => reference.target === spec.name && reference.missing === 'wait',
  );
  const [first, second] = waiting;
  if (second !== undefined) {
    refuseModel(spec, `waits for itself by "${first!.name}" and "${second.name}"; let one of them show null`);
  }
  if (first !== undefined && !first.nullable) {
    refuseModel(spec, `waits for itself by "${first.name}", which must be nullable`);
  }
}

/** A record is shown only when its owner is known, and the way to the owner comes to an end (MRG-5). */
function checkOwnership(spec: ModelSpec): void {
  const { ownership, scope } = spec;
  if (scope !== null) requireReference(spec, scope);
  switch (ownership.kind) {
    case 'shared':
    case 'self':
      return;
    case 'claims': {
      const field = spec.fields.find(({ name }) => name === ownership.field);
      if (field === undefined || partRuleOf(field) !== 'union')
        refuseModel(spec, `has its claims in "${ownership.field}", which is no union set`);
      return;
    }
    case 'through':
      if (ownership.otherwise !== undefined) requireOwning(spec, ownership.otherwise);
      requireOwning(spec, ownership.field);
      return;
    case 'device':
      requireOwning(spec, ownership.field);
  }
}

function requireOwning(spec: ModelSpec, name: string): void {
  const reference = requireReference(spec, name);
  if (reference.missing !== 'wait') refuseModel(spec, `is owned by "${reference.name}", which does not wait`);
  if (reference.target === spec.name) refuseModel(spec, `is owned by "${reference.name}", through itself`);
}

function requireReference(spec: ModelSpec, name: string): ReferenceField {
  const reference = referencesOf(spec).find((field) => field.name === name);
  return reference ?? refuseModel(spec, `names "${name}" as owner or scope, which is no reference`);
}

function isName(name: string): boolean {
  return namePattern.test(name) && name.length <= limits.nameLengthMax;
}
