import { ShoalError, type Value } from '@shoal/core';
import type { FieldValue, Value as WireValue } from '../../gen/shoal/v1/entry.ts';

/** A value as it travels. */
export function valueToWire(value: Value): WireValue {
  if (value === null) return { kind: { $case: 'null', value: true } };
  switch (typeof value) {
    case 'boolean':
      return { kind: { $case: 'boolean', value: value } };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? { kind: { $case: 'integer', value: value } }
        : { kind: { $case: 'number', value: value } };
    case 'string':
      return { kind: { $case: 'text', value: value } };
    default:
      return { kind: { $case: 'blob', value: Buffer.from(value.buffer, value.byteOffset, value.length) } };
  }
}

/** Parses a value; an empty or unknown kind throws `malformed-message` naming the field. */
export function valueFromWire(value: WireValue | undefined, field: string): Value {
  const kind = value?.kind;
  switch (kind?.$case) {
    case 'null':
      return null;
    case 'boolean':
      return kind.value;
    case 'integer':
      return kind.value;
    case 'number':
      return kind.value;
    case 'text':
      return kind.value;
    case 'blob':
      return new Uint8Array(kind.value);
    case undefined:
      throw new ShoalError('malformed-message', `"${field}" has no value of a known kind`, { field });
  }
}

/** Fields of a write or a record by name, as they travel. */
export function fieldsToWire(fields: ReadonlyMap<string, Value>): FieldValue[] {
  return [...fields].map(([field, value]) => ({ field, value: valueToWire(value) }));
}

/** Fields by name; a name given twice throws `invalid-argument`. */
export function fieldsFromWire(fields: readonly FieldValue[]): Map<string, Value> {
  const byName = new Map<string, Value>();
  for (const { field, value } of fields) {
    if (byName.has(field)) throw new ShoalError('invalid-argument', `"${field}" is given twice`, { field });
    byName.set(field, valueFromWire(value, field));
  }
  return byName;
}
