import { isUuid } from '../ids.ts';
import { limits } from '../limits.ts';
import { readMap } from '../merge/merge-map.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import { readUnion } from '../merge/merge-union.ts';
import { type Value, valueBytes } from '../record/value.ts';
import type { FieldSpec } from './spec.ts';

/** What a field holds instead, in words; undefined where the value is of its kind. Null is not asked about. */
export function valueMismatch(field: FieldSpec, value: NonNullable<Value>): string | undefined {
  switch (field.kind) {
    case 'text':
      if (typeof value !== 'string' || hasLoneSurrogate(value)) return 'well-formed text';
      if (field.oneOf !== undefined && !field.oneOf.includes(value))
        return `one of ${field.oneOf.join(', ')}`;
      return undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'an integer within 2^53';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a finite number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'blob':
      return value instanceof Uint8Array ? undefined : 'bytes';
    case 'json':
      return typeof value === 'string' && isJson(value) ? partsMismatch(field, value) : 'JSON as text';
    case 'reference':
      return typeof value === 'string' && isUuid(value) ? undefined : `the UUID of a ${field.target}`;
  }
}

/** Whether a field can hold a value, null among them (SEC-5). */
export function isValueOf(field: FieldSpec, value: Value): boolean {
  if (value === null) return field.nullable;
  return valueBytes(value) <= limits.valueBytesMax && valueMismatch(field, value) === undefined;
}

function partsMismatch(field: FieldSpec, text: string): string | undefined {
  const most = `${limits.slotPartLengthMax} characters`;
  switch (partRuleOf(field)) {
    case 'union':
      return readUnion(text) === undefined
        ? `a JSON array of texts, numbers, true and false, each within ${most}`
        : undefined;
    case 'map':
      return readMap(text) === undefined ? `a JSON object whose key paths are within ${most}` : undefined;
    default:
      return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed();
}
