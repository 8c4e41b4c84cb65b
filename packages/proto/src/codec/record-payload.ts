import { type RecordState, ShoalError, type Sibling, type Version } from '@shoal/core';
import { RecordPayload } from '../../gen/shoal/v1/entry.ts';
import { checkRecordPayload, checkStateDots } from './check-payload.ts';
import { dotFromWire } from './ids.ts';
import { addSibling, readPayload } from './read-payload.ts';
import { valueFromWire } from './value.ts';

/**
 * Parses and bounds a payload that came from outside (SEC-5), under the version that its header names. Refuses other
 * orders than `encodeRecordPayload` gives, a dot twice, and dots that the version does not include. Throws
 * `malformed-message` naming the field.
 */
export function decodeRecordPayload(bytes: Uint8Array, version: Version): RecordState {
  return readPayload(bytes, version) ?? decodeAnyPayload(bytes, version);
}

/** The same of a payload in any form that the format allows. Throws as `decodeRecordPayload`. */
export function decodeAnyPayload(bytes: Uint8Array, version: Version): RecordState {
  const payload = parse(bytes);
  checkRecordPayload(bytes.length, payload);
  const state = toState(payload, version);
  checkStateDots(state);
  return state;
}

/**
 * Reads bytes that this device itself encoded or has checked before: nothing is bounded, since what two checked
 * states join to may pass a bound and must stay readable.
 */
export function readRecordPayload(bytes: Uint8Array, version: Version): RecordState {
  return readPayload(bytes, version) ?? toState(parse(bytes), version);
}

function toState(payload: RecordPayload, version: Version): RecordState {
  const fields = new Map<string, Sibling[]>();
  if (payload.base !== undefined) {
    const dot = dotFromWire(payload.base, 'base');
    for (const { field, value } of payload.fields)
      fields.set(field, [{ dot, value: valueFromWire(value, field) }]);
  }
  for (const { field, dot, value } of payload.siblings) {
    const sibling = { dot: dotFromWire(dot!, field), value: valueFromWire(value, field) };
    addSibling(fields, field, sibling);
  }
  return { version, fields, deletes: payload.deletes.map((dot) => dotFromWire(dot, 'deletes')) };
}

function parse(bytes: Uint8Array): RecordPayload {
  try {
    return RecordPayload.decode(bytes);
  } catch (error) {
    throw new ShoalError('malformed-message', 'a payload does not parse', { field: 'payload' }, error);
  }
}
