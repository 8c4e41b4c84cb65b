import { createUniqueOverlay } from '../apply/unique-overlay.ts';
import type { UniqueValue } from '../apply/unique-value.ts';
import type { ViewPlan } from '../apply/view-plan.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import type { RecordRef } from '../ids.ts';
import { type ModelSpec, tellingField, uniqueName } from '../model/spec.ts';
import type { Drafts } from './drafts.ts';

/**
 * Refuses a local write that gives a record a value that another alive record has, visible or not, when the batch is
 * done: `unique-taken`, naming the field (MRG-7). Only what meets on its way is held or renamed.
 */
export function requireFree(drafts: Drafts, plan: ViewPlan): void {
  const { reader } = drafts.scope;
  const overlay = createUniqueOverlay(reader);
  for (const change of plan.uniqueValues) overlay.set(change);
  for (const { ref, values } of plan.uniqueValues) {
    const draft = drafts.get(ref);
    if (draft === undefined) continue;
    const before = reader.uniqueValuesOf(ref);
    for (const value of values) {
      if (before.some(({ unique, value: text }) => unique === value.unique && text === value.value)) continue;
      const other = overlay.eldest(ref.model, value, ref);
      if (other !== undefined) refuse(draft.spec, ref, value, other.id);
    }
  }
}

/** The value itself is not told: messages are logged. */
function refuse(spec: ModelSpec, ref: RecordRef, { unique }: UniqueValue, other: string): never {
  const field = tellingField(spec.uniques.find((each) => uniqueName(each) === unique)!);
  throw new ShoalError(
    'unique-taken',
    `"${field}" of ${spec.name}: the ${spec.name} ${other} has this value`,
    {
      model: spec.name,
      record: ref.id,
      field,
    },
  );
}
