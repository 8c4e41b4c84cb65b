import { limits } from '../limits.ts';
import {
  type FieldSpec,
  fieldOf,
  type ModelSpec,
  tellingField,
  type UniqueSpec,
  uniqueName,
} from './spec.ts';

/** Checks the unique constraints of a model against its fields and each other (MRG-7); `refuse` throws. */
export function checkUniques(spec: ModelSpec, refuse: (reason: string) => never): void {
  const { uniques } = spec;
  if (uniques.length > limits.uniquesMax) refuse(`has more than ${limits.uniquesMax} unique constraints`);
  const names = uniques.map(({ fields }) => [...fields].sort().join());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`declares two policies for the unique constraint on "${twice}"`);
  for (const unique of uniques) checkUnique(spec, unique, refuse);
}

function checkUnique(spec: ModelSpec, unique: UniqueSpec, refuse: (reason: string) => never): void {
  const name = uniqueName(unique);
  if (unique.fields.length === 0) refuse('has a unique constraint without fields');
  if (new Set(unique.fields).size !== unique.fields.length) refuse(`names a field twice in "${name}"`);
  const fields = unique.fields.map(
    (field) => fieldOf(spec, field) ?? refuse(`is unique by "${field}", which is no synced field`),
  );
  const inexact = fields.find(({ kind }) => kind === 'number' || kind === 'json');
  if (inexact !== undefined) refuse(`is unique by "${inexact.name}", which has no exact value`);
  // Rows that swap their values need one to step aside with for a moment.
  if (!fields.some(isFree)) refuse(`is unique by "${name}", where few values are allowed`);
  switch (unique.policy) {
    case 'hold':
      return;
    case 'derived-id':
      if (spec.ids !== 'derived') refuse(`is unique by "${name}" through derived ids, and its ids are fresh`);
      return;
    case 'rename':
      checkRename(spec, unique, refuse);
  }
}

function checkRename(spec: ModelSpec, unique: UniqueSpec, refuse: (reason: string) => never): void {
  const telling = fieldOf(spec, tellingField(unique))!;
  if (telling.kind !== 'text' || telling.oneOf !== undefined) {
    refuse(`renames "${telling.name}", which is not free text`);
  }
  const other = spec.uniques.find((each) => each !== unique && each.fields.includes(telling.name));
  // What one constraint makes of a field the other would have to judge again, without end.
  if (other !== undefined)
    refuse(`renames "${telling.name}", which is also unique by "${uniqueName(other)}"`);
}

/** Whether there is always one more value. */
function isFree(field: FieldSpec): boolean {
  if (field.kind === 'reference') return true;
  return field.kind !== 'boolean' && field.oneOf === undefined;
}
