import type { Value } from '@shoal/core';
import type { ViewRecord } from './library-reader.ts';

/** One record of the canonical dump as JSON: model, uuid, then the fields in order of their names. */
export function dumpLine({ model, id, fields }: ViewRecord): string {
  const names = [...fields.keys()].sort();
  return JSON.stringify({
    model,
    uuid: id,
    ...Object.fromEntries(names.map((name) => [name, jsonValue(fields.get(name)!)])),
  });
}

function jsonValue(value: Value): unknown {
  return value instanceof Uint8Array ? { $base64: Buffer.from(value).toString('base64') } : value;
}
