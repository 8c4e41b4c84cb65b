import { limits, parseVersion, type RecordId, ShoalError, valueBytes } from '@shoal/core';
import type { LibraryReader, ViewRecord } from '@shoal/library';
import {
  fieldsToWire,
  type GetRecordRequest,
  type ListRecordsReply,
  type ListRecordsRequest,
  type Record,
  uuidToBytes,
  versionToWire,
} from '@shoal/proto';
import { checkLimit, checkRecordId } from './check-request.ts';

/** Records are read in steps of this many, so that a page of large ones is not read whole to be cut. */
const stepRecords = 50;
const noBytes = Buffer.alloc(0);

/** A record of the view as it travels. */
export function recordToWire(record: ViewRecord): Record {
  return {
    model: record.model,
    recordId: uuidToBytes(record.id),
    fields: fieldsToWire(record.fields),
    version: versionToWire(parseVersion(record.version)),
  };
}

/** One record; `unknown-model`, or `not-found` where it is not visible on this device. */
export function getRecord(reader: LibraryReader, request: GetRecordRequest): Record {
  const model = reader.registry.require(request.model).name;
  const id = checkRecordId(request.recordId, 'record_id');
  const record = reader.get(model, id);
  if (record !== undefined) return recordToWire(record);
  const subject = { field: 'record_id', model, record: id };
  throw new ShoalError('not-found', `there is no ${model} ${id} on this device`, subject);
}

/** One page of a model's records in order of ids, closed at `limit` records or `pageBytesMax` bytes. */
export function listRecords(reader: LibraryReader, request: ListRecordsRequest): ListRecordsReply {
  const model = reader.registry.require(request.model).name;
  const limit = checkLimit(request.limit);
  let after = request.after.length === 0 ? null : checkRecordId(request.after, 'after');
  const records: Record[] = [];
  for (let bytes = 0; records.length < limit; ) {
    const wanted = Math.min(stepRecords, limit - records.length);
    const step = reader.list(model, { after, limit: wanted });
    for (const record of step) {
      bytes += recordBytes(record);
      if (bytes > limits.pageBytesMax && records.length > 0) return page(records, after);
      records.push(recordToWire(record));
      after = record.id;
    }
    if (step.length < wanted) return page(records, null);
  }
  return page(records, after);
}

function page(records: Record[], next: RecordId | null): ListRecordsReply {
  return { records, next: next === null ? noBytes : uuidToBytes(next) };
}

function recordBytes(record: ViewRecord): number {
  let bytes = record.version.length;
  for (const [name, value] of record.fields) bytes += name.length + valueBytes(value) + 8;
  return bytes;
}
