import {
  byDotDescending,
  type Dot,
  limits,
  type RecordState,
  ShoalError,
  type Sibling,
  type Version,
} from '@shoal/core';
import { RecordPayload } from '../../gen/shoal/v1/entry.ts';
import { dotFromWire, dotToWire } from './ids.ts';
import { valueFromWire, valueToWire } from './value.ts';

/**
 * The canonical bytes of a record's merged state without its version (CHG-3): fields in order of their names, one
 * base dot for those that share it, the rest beside. Equal states give equal bytes.
 */
export function encodeRecordPayload(state: RecordState): Buffer {
  const names = [...state.fields.keys()].sort();
  const base = commonDot(state);
  const payload: RecordPayload = { base: undefined, fields: [], siblings: [], deletes: [] };
  if (base !== undefined) payload.base = dotToWire(base);
  for (const field of names) {
    for (const { dot, value } of state.fields.get(field)!) {
      const wire = valueToWire(value);
      if (dot === base) payload.fields.push({ field, value: wire });
      else payload.siblings.push({ field, dot: dotToWire(dot), value: wire });
    }
  }
  payload.deletes = state.deletes.map(dotToWire);
  return Buffer.from(RecordPayload.encode(payload).finish());
}

/** Parses and bounds a payload; what does not parse throws `malformed-message` (SEC-5). */
export function decodeRecordPayload(bytes: Uint8Array, version: Version): RecordState {
  const payload = parse(bytes);
  const count = payload.fields.length + payload.siblings.length + payload.deletes.length;
  if (count > limits.siblingsMax) refuse(`${count} siblings, at most ${limits.siblingsMax} are allowed`);
  const fields = new Map<string, Sibling[]>();
  const add = (field: string, sibling: Sibling) => {
    if (field.length === 0 || field.length > limits.nameLengthMax)
      refuse(`a field name of ${field.length} characters`);
    const siblings = fields.get(field);
    if (siblings === undefined) fields.set(field, [sibling]);
    else siblings.push(sibling);
  };
  if (payload.fields.length > 0) {
    if (payload.base === undefined) refuse('fields without a base dot');
    const dot = dotFromWire(payload.base, 'base');
    for (const { field, value } of payload.fields) add(field, { dot, value: valueFromWire(value, field) });
  }
  for (const { field, dot, value } of payload.siblings) {
    if (dot === undefined) refuse(`"${field}" without a dot`);
    add(field, { dot: dotFromWire(dot, field), value: valueFromWire(value, field) });
  }
  for (const siblings of fields.values()) if (siblings.length > 1) siblings.sort(byDotDescending);
  return {
    version,
    fields,
    deletes: payload.deletes
      .map((dot) => dotFromWire(dot, 'deletes'))
      .sort()
      .reverse(),
  };
}

/** The dot that most values share; of equally many the greatest, so that the bytes are canonical. */
function commonDot(state: RecordState): Dot | undefined {
  const countByDot = new Map<Dot, number>();
  for (const siblings of state.fields.values()) {
    for (const { dot } of siblings) countByDot.set(dot, (countByDot.get(dot) ?? 0) + 1);
  }
  let base: Dot | undefined;
  for (const [dot, count] of countByDot) {
    const most = base === undefined ? 0 : countByDot.get(base)!;
    if (count > most || (count === most && base !== undefined && dot > base)) base = dot;
  }
  return base;
}

function parse(bytes: Uint8Array): RecordPayload {
  try {
    return RecordPayload.decode(bytes);
  } catch (error) {
    throw new ShoalError('malformed-message', 'a payload does not parse', { field: 'payload' }, error);
  }
}

function refuse(found: string): never {
  throw new ShoalError('malformed-message', `a payload has ${found}`, { field: 'payload' });
}
