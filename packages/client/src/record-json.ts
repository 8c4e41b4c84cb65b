import { ShoalError, type Value } from '@shoal/core';
import {
  type FieldValue,
  fieldsFromWire,
  fieldsToWire,
  Record as RecordMessage,
  uuidFromBytes,
  type WireDot,
} from '@shoal/proto';

/** A value of a field in JSON; bytes as `{"$base64": "…"}`, references as UUID text. */
export type JsonValue = null | boolean | number | string | { readonly $base64: string };

/** A record in JSON. */
export interface JsonRecord {
  readonly model: string;
  /** UUID. */
  readonly id: string;
  /** Opaque: give it back with a write, so that the write replaces only what was read (MRG-1). */
  readonly version: string;
  readonly fields: { readonly [name: string]: JsonValue };
}

/** A record as the gateway gave it, in JSON. Throws `malformed-message` for one that is not whole. */
export function toJson(record: RecordMessage): JsonRecord {
  const fields = [...fieldsFromWire(record.fields)].map(([name, value]) => [name, valueToJson(value)]);
  return {
    model: record.model,
    id: uuidFromBytes(record.recordId, 'record_id'),
    version: versionToText(record.version),
    fields: Object.fromEntries(fields),
  };
}

/**
 * The fields of a JSON object as a write takes them. Throws `invalid-argument` naming the field where the JSON is
 * no object or a value is not one that a field can hold. Which fields there are, and their types, the gateway knows.
 */
export function fromJson(fields: unknown): FieldValue[] {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new ShoalError('invalid-argument', 'expected a JSON object of fields', { field: 'fields' });
  }
  return fieldsToWire(
    new Map(Object.entries(fields).map(([name, value]) => [name, valueFromJson(name, value)])),
  );
}

/** A version as opaque text. */
export function versionToText(version: readonly WireDot[]): string {
  const bytes = RecordMessage.encode({ ...emptyRecord, version: [...version] }).finish();
  return Buffer.from(bytes).toString('base64');
}

/** The version that such a text stands for. Throws `invalid-argument`. */
export function versionFromText(text: string): WireDot[] {
  try {
    const { version } = RecordMessage.decode(Buffer.from(text, 'base64'));
    // A text that is not ours may parse as no version at all, and the write would be a blind one.
    if (versionToText(version) !== text) throw new RangeError('not the text of a version');
    return version;
  } catch (error) {
    const message = '"version": expected the text that a read gave';
    throw new ShoalError('invalid-argument', message, { field: 'version' }, error);
  }
}

const emptyRecord = { model: '', recordId: Buffer.alloc(0), fields: [] };

/** A value of a field in JSON. */
export function valueToJson(value: Value): JsonValue {
  return value instanceof Uint8Array ? { $base64: Buffer.from(value).toString('base64') } : value;
}

function valueFromJson(field: string, value: unknown): Value {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value;
    case 'number':
      // Beyond 2^53 JSON.parse has rounded already: better refused than written wrong.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) refuse(field, 'a number within 2^53');
      return value;
    case 'object':
      return value === null ? null : bytesFromJson(field, value);
    default:
      return refuse(field, 'a JSON value');
  }
}

function bytesFromJson(field: string, value: object): Uint8Array {
  const [[key, text] = [], ...rest] = Object.entries(value);
  if (key !== '$base64' || typeof text !== 'string' || rest.length > 0) {
    return refuse(field, 'null, true, false, a number, text, or {"$base64": TEXT}');
  }
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : refuse(field, 'base64 with its padding');
}

function refuse(field: string, expected: string): never {
  throw new ShoalError('invalid-argument', `"${field}": expected ${expected}`, { field });
}
