/** What SQLite binds as it would read it from the text of a statement: whole numbers as such. */
type Bound = null | number | bigint | string | Buffer;

/** SQLite takes 32,766; what has so many does not come twice. */
const valuesMax = 4_000;

/**
 * The values of a statement's question marks, bound to the same as if they stood in its text. Undefined where the text
 * has other marks than plain ones, or a value can only be written into it.
 */
export function bindableValues(text: string, values: readonly unknown[]): Bound[] | undefined {
  if (values.length > valuesMax || text.includes('??') || text.includes('\\?')) return undefined;
  const bound: Bound[] = [];
  for (const value of values) {
    const one = bindable(value);
    if (one === undefined) return undefined;
    bound.push(one);
  }
  return bound;
}

function bindable(value: unknown): Bound | undefined {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return value ? 1n : 0n;
    default:
      if (Buffer.isBuffer(value)) return value;
      return value instanceof Date ? bindable(value.getTime()) : undefined;
  }
}
