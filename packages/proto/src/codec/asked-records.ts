import {
  type DeviceId,
  limits,
  type ModelName,
  type RecordId,
  type RecordRef,
  ShoalError,
  type Wanted,
} from '@shoal/core';
import type { RecordName, WantedRecord } from '../../gen/shoal/v1/log_store.ts';
import { uuidFromBytes, uuidToBytes } from './ids.ts';

/** Records by name, as they travel (DEP-4). */
export function recordNamesToWire(refs: readonly RecordRef[]): RecordName[] {
  return refs.map(({ model, id }) => ({ model, recordId: uuidToBytes(id) }));
}

/** Parses and bounds the records that a device is asked for (SEC-5). Throws `malformed-message` naming the field. */
export function recordNamesFromWire(records: readonly RecordName[]): RecordRef[] {
  requireAtMost('records', limits.askRecordsMax, records.length);
  return records.map(refFromWire);
}

/** What a device lacks, as it travels. */
export function wantedToWire(wanted: readonly Wanted[]): WantedRecord[] {
  return wanted.map(({ ref, origin }) => ({
    model: ref.model,
    recordId: uuidToBytes(ref.id),
    origin: uuidToBytes(origin),
  }));
}

/** Parses and bounds what is wanted (SEC-5). Throws `malformed-message` naming the field. */
export function wantedFromWire(wanted: readonly WantedRecord[]): Wanted[] {
  requireAtMost('wanted', limits.asksMax, wanted.length);
  return wanted.map((each) => ({
    ref: refFromWire(each),
    origin: uuidFromBytes<DeviceId>(each.origin, 'origin'),
  }));
}

function refFromWire({ model, recordId }: RecordName): RecordRef {
  if (model.length === 0 || model.length > limits.nameLengthMax) {
    refuse('model', `1 to ${limits.nameLengthMax} characters`, `${model.length}`);
  }
  return { model: model as ModelName, id: uuidFromBytes<RecordId>(recordId, 'record_id') };
}

function requireAtMost(field: string, most: number, found: number): void {
  if (found > most) refuse(field, `at most ${most}`, `${found}`);
}

function refuse(field: string, expected: string, found: string): never {
  throw new ShoalError('malformed-message', `"${field}": expected ${expected}, found ${found}`, { field });
}
