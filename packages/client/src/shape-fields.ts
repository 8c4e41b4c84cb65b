import { isUuid, ShoalError, type Value } from '@shoal/core';
import { type FieldValue, fieldsFromWire, fieldsToWire } from '@shoal/proto';
import type { FieldKind, FieldKinds, FieldsOf, ModelShape } from './model-shape.ts';

/**
 * The fields of a record as its shape says; others are left out. Throws `unknown-field` for one that the device does not
 * have, `malformed-message` for a value of another kind: then the shape says another model than the device.
 */
export function readFields<Kinds extends FieldKinds>(
  { name: model, fields }: ModelShape<Kinds>,
  sent: readonly FieldValue[],
): FieldsOf<Kinds> {
  const values = fieldsFromWire(sent);
  const read = Object.entries(fields).map(([field, kind]) => {
    const value = values.get(field);
    if (value === undefined) throw unknownField(model, field);
    const expected = mismatch(kind, value);
    if (expected === undefined)
      return [field, isJson(kind) && value !== null ? JSON.parse(`${value}`) : value];
    throw new ShoalError('malformed-message', `"${field}": expected ${expected}, as the shape says`, {
      model,
      field,
    });
  });
  return Object.fromEntries(read) as FieldsOf<Kinds>;
}

/** Fields as a write takes them; those that are undefined are not written. Throws `unknown-field`, `invalid-argument`. */
export function writeFields<Kinds extends FieldKinds>(
  { name: model, fields }: ModelShape<Kinds>,
  given: Partial<FieldsOf<Kinds>>,
): FieldValue[] {
  const values = new Map<string, Value>();
  for (const [field, value] of Object.entries(given)) {
    const kind = fields[field];
    if (kind === undefined) throw unknownField(model, field);
    if (value === undefined) continue;
    const written = (isJson(kind) && value !== null ? JSON.stringify(value) : value) as Value;
    const expected = mismatch(kind, written);
    if (expected !== undefined) {
      throw new ShoalError('invalid-argument', `"${field}": expected ${expected}`, { model, field });
    }
    values.set(field, written);
  }
  return fieldsToWire(values);
}

/** What a field of that kind holds instead, in words; undefined where the value is of its kind. */
function mismatch(kind: FieldKind, value: Value): string | undefined {
  if (value === null) return kind.endsWith('?') ? undefined : 'a value';
  switch (kind) {
    case 'text':
    case 'text?':
      return typeof value === 'string' ? undefined : 'text';
    case 'integer':
    case 'integer?':
      return Number.isSafeInteger(value) ? undefined : 'an integer within 2^53';
    case 'number':
    case 'number?':
      return typeof value === 'number' ? undefined : 'a number';
    case 'boolean':
    case 'boolean?':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'blob':
    case 'blob?':
      return value instanceof Uint8Array ? undefined : 'bytes';
    case 'json':
    case 'json?':
      return typeof value === 'string' && parses(value) ? undefined : 'JSON';
    case 'reference':
    case 'reference?':
      return typeof value === 'string' && isUuid(value) ? undefined : 'the UUID of a record';
  }
}

function isJson(kind: FieldKind): boolean {
  return kind === 'json' || kind === 'json?';
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unknownField(model: string, field: string): ShoalError {
  return new ShoalError('unknown-field', `the model "${model}" has no field "${field}" here`, {
    model,
    field,
  });
}
