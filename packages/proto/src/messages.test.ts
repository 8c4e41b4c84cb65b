import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';

/** What the generated code of a message can do. */
interface MessageType {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Record<string, unknown>;
}

const folder = new URL('../gen/shoal/v1/', import.meta.url);
const files = readdirSync(folder).sort();
const types: [string, MessageType][] = [];
for (const file of files) {
  const exported: Record<string, unknown> = await import(new URL(file, folder).href);
  for (const [name, value] of Object.entries(exported)) {
    if (isMessageType(value)) types.push([`${file.replace('.ts', '')} ${name}`, value]);
  }
}

/** Field 2000, a varint: of no message. */
const unknownField = Buffer.from([0x80, 0x7d, 0x07]);

beforeAll(() => expect(types.length).toBeGreaterThan(80));

/*
 * The hazard: a message that loses what it is given, or takes bytes that were cut off for whole ones. The method: every
 * message of the contract, with something in each of its plain fields; a message that is added is tried by itself.
 */
describe('a message of the contract', () => {
  test.each(types)('[S4-33] %s is read as it was written, with what it does not know', (_, type) => {
    const message = filled(type);
    const bytes = Buffer.from(type.encode(message).finish());
    expect(type.decode(bytes)).toEqual(message);
    const longer = Buffer.concat([bytes, unknownField]);
    expect(Buffer.from(type.encode(type.decode(longer)).finish())).toEqual(longer);
  });

  test.each(types)('[S4-33] %s that was cut off is refused', (_, type) => {
    const bytes = Buffer.concat([type.encode(filled(type)).finish(), unknownField]);
    expect(() => type.decode(bytes.subarray(0, -1))).toThrow();
  });
});

function isMessageType(value: unknown): value is MessageType {
  return typeof value === 'object' && value !== null && 'encode' in value && 'decode' in value;
}

/** Something other than the default in every field that is neither a message nor a list. */
function filled(type: MessageType): Record<string, unknown> {
  const empty = type.decode(new Uint8Array());
  return Object.fromEntries(Object.entries(empty).map(([name, value]) => [name, other(value)]));
}

function other(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from([1, 2, 3]);
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return value;
  }
}
