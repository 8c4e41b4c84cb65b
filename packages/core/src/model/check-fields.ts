import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';
import { type Value, valueBytes } from '../record/value.ts';
import { type FieldSpec, fieldOf, type ModelSpec } from './spec.ts';
import { valueMismatch } from './value-mismatch.ts';

/**
 * Checks the fields of a write against the model (SEC-5): known, of the right type, within bounds. Throws
 * `unknown-field`, `invalid-argument` or `payload-too-large`, each naming the field.
 */
export function checkFields(spec: ModelSpec, fields: ReadonlyMap<string, Value>): void {
  let bytes = 0;
  for (const [name, value] of fields) {
    const field = fieldOf(spec, name);
    if (field === undefined) refuseUnknown(spec, name);
    const size = valueBytes(value);
    checkValue(spec, field, value, size);
    bytes += name.length + size;
  }
  if (bytes > limits.payloadBytesMax) {
    throw new ShoalError(
      'payload-too-large',
      `the record takes ${bytes} bytes, at most ${limits.payloadBytesMax} are allowed`,
      {
        model: spec.name,
      },
    );
  }
}

function checkValue(spec: ModelSpec, field: FieldSpec, value: Value, size: number): void {
  if (value === null) {
    if (!field.nullable) refuse(spec, field, 'a value', 'null');
    return;
  }
  if (size > limits.valueBytesMax) {
    throw new ShoalError(
      'payload-too-large',
      `"${field.name}" takes ${size} bytes, at most ${limits.valueBytesMax} are allowed`,
      {
        model: spec.name,
        field: field.name,
      },
    );
  }
  const expected = valueMismatch(field, value);
  if (expected !== undefined) refuse(spec, field, expected, describe(value));
}

function refuseUnknown(spec: ModelSpec, name: string): never {
  const known = spec.fields.map((field) => field.name).join(', ');
  throw new ShoalError(
    'unknown-field',
    `${spec.name} has no field ${JSON.stringify(name.slice(0, 80))}; it has ${known}`,
    {
      model: spec.name,
      field: name.slice(0, 80),
    },
  );
}

function refuse(spec: ModelSpec, field: FieldSpec, expected: string, found: string): never {
  throw new ShoalError(
    'invalid-argument',
    `"${field.name}" of ${spec.name}: expected ${expected}, found ${found}`,
    {
      model: spec.name,
      field: field.name,
    },
  );
}

function describe(value: NonNullable<Value>): string {
  return value instanceof Uint8Array ? 'bytes' : `a ${typeof value}`;
}
