import { checkFields, fieldOf, type ModelSpec, type RecordState } from '@shoal/core';

/**
 * Checks what arrived against its model, as a local write is checked (SEC-5): a value of the wrong type, or null where
 * the model has none, would break the row or show different things on different devices. Fields that this program
 * does not know pass. Throws `invalid-argument` or `payload-too-large`, naming the field.
 */
export function checkState(spec: ModelSpec, { fields }: RecordState): void {
  for (const [name, siblings] of fields) {
    if (fieldOf(spec, name) === undefined) continue;
    for (const { value } of siblings) checkFields(spec, new Map([[name, value]]));
  }
}
