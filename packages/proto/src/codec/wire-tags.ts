/**
 * The fields of messages that are written and read without the generated code, as they stand before their values: number
 * × 8 + wire type.
 */
export const headerTags = {
  libraryId: 0x0a,
  origin: 0x12,
  dot: 0x1a,
  version: 0x22,
  domain: 0x28,
  model: 0x32,
  recordId: 0x3a,
  scope: 0x42,
  rank: 0x48,
  change: 0x50,
  schemaVersion: 0x58,
  syncReady: 0x60,
  wallMs: 0x68,
  traceParent: 0x72,
  keyId: 0x78,
} as const;

export const payloadTags = { base: 0x0a, fields: 0x12, siblings: 0x1a, deletes: 0x22 } as const;
export const dotTags = { replica: 0x0a, ms: 0x10, counter: 0x18 } as const;
export const fieldTags = { field: 0x0a, value: 0x12 } as const;
export const siblingTags = { field: 0x0a, dot: 0x12, value: 0x1a } as const;
export const valueTags = {
  null: 0x08,
  boolean: 0x10,
  integer: 0x18,
  number: 0x21,
  text: 0x2a,
  blob: 0x32,
} as const;
