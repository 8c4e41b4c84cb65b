import { isUuid, ShoalError } from '@shoal/core';

/**
 * Reads the fields of a parsed JSON object with their types checked. Each reader throws `damaged-file` that
 * names the file and the field, and never quotes the value: it may be a key.
 */
export interface JsonFields {
  text(name: string, lengthMax: number): string;
  uuid<Id extends string>(name: string): Id;
  integer(name: string, bounds: { readonly min: number; readonly max: number }): number;
  /** Base64 of exactly `bytes` bytes, as the text it is. */
  base64(name: string, bytes: number): string;
  /** One of the texts or numbers given. */
  literal<const T extends string | number>(name: string, expected: T): T;
  object(name: string): JsonFields;
  objects(name: string, countMax: number): JsonFields[];
  has(name: string): boolean;
}

/** The fields of the JSON text of `file`; `prefix` is where a nested object stands. */
export function parseJsonFields(text: string, file: string): JsonFields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold a key.
    throw new ShoalError('damaged-file', `${file} is no JSON`);
  }
  return jsonFields(value, file, '');
}

function jsonFields(value: unknown, file: string, prefix: string): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShoalError('damaged-file', `${file}: expected an object${prefix && ` at "${prefix}"`}`, {
      field: prefix,
    });
  }
  const byName = new Map(Object.entries(value));
  const pathOf = (name: string) => (prefix === '' ? name : `${prefix}.${name}`);
  const refuse = (name: string, expected: string): never => {
    const found = byName.has(name) ? 'something else' : 'nothing';
    throw new ShoalError('damaged-file', `${file}: "${pathOf(name)}": expected ${expected}, found ${found}`, {
      field: pathOf(name),
    });
  };
  const text = (name: string, expected: string, isRight: (text: string) => boolean): string => {
    const found = byName.get(name);
    return typeof found === 'string' && isRight(found) ? found : refuse(name, expected);
  };
  return {
    text: (name, lengthMax) =>
      text(name, `text of 1 to ${lengthMax} characters`, (it) => it.length > 0 && it.length <= lengthMax),
    uuid: <Id extends string>(name: string) => text(name, 'a UUID', isUuid) as Id,
    integer: (name, { min, max }) => {
      const found = byName.get(name);
      const isRight = typeof found === 'number' && Number.isInteger(found) && found >= min && found <= max;
      return isRight ? found : refuse(name, `an integer from ${min} to ${max}`);
    },
    base64: (name, bytes) =>
      text(name, `base64 of ${bytes} bytes`, (it) => {
        const decoded = Buffer.from(it, 'base64');
        return decoded.length === bytes && decoded.toString('base64') === it;
      }),
    literal: (name, expected) =>
      byName.get(name) === expected ? expected : refuse(name, JSON.stringify(expected)),
    object: (name) =>
      byName.has(name) ? jsonFields(byName.get(name), file, pathOf(name)) : refuse(name, 'an object'),
    objects: (name, countMax) => {
      const found = byName.get(name);
      if (!Array.isArray(found) || found.length > countMax)
        return refuse(name, `a list of up to ${countMax}`);
      return found.map((item, index) => jsonFields(item, file, `${pathOf(name)}[${index}]`));
    },
    has: (name) => byName.has(name),
  };
}
