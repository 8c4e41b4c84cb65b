import {
  type Dot,
  limits,
  makeDot,
  type RecordState,
  type Sibling,
  slotLengthMax,
  type Value,
  type Version,
} from '@shoal/core';
import { lifeFromBytes } from './ids.ts';
import { readStamp } from './read-stamp.ts';
import { type BytesMemory, bytesMemory, createWireReader, NotPlain } from './wire-reader.ts';
import { fieldTags, siblingTags, payloadTags as tags, valueTags } from './wire-tags.ts';

const reader = createWireReader();
const replicas = bytesMemory(24, (bytes) => lifeFromBytes(bytes, 'replica'));
/** Records of one model have the same fields in the same order. */
const names: BytesMemory[] = [];

/**
 * Reads a payload in the form in which `encodeRecordPayload` writes it; null for any other, and for one that is not to be
 * taken: then the generated code reads it, and names what is wrong. Every record that arrives is read so.
 */
export function readPayload(bytes: Uint8Array, version: Version): RecordState | null {
  if (bytes.length > limits.payloadBytesMax) return null;
  try {
    return plainPayload(bytes, version);
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

function plainPayload(bytes: Uint8Array, version: Version): RecordState {
  reader.start(bytes);
  const fields = new Map<string, Sibling[]>();
  const base = reader.has(tags.base) ? dotIn(version) : undefined;
  let count = 0;
  let before = '';
  while (reader.has(tags.fields)) {
    const opened = reader.open();
    const field = nameIn(fieldTags.field, count++);
    if (field <= before || base === undefined) throw new NotPlain();
    before = field;
    fields.set(field, [{ dot: base, value: valueIn(fieldTags.value) }]);
    reader.close(opened);
  }
  if (base !== undefined && count === 0) throw new NotPlain();
  before = '';
  let dotBefore = '';
  while (reader.has(tags.siblings)) {
    const opened = reader.open();
    const field = nameIn(siblingTags.field, count++);
    if (!reader.has(siblingTags.dot)) throw new NotPlain();
    const dot = dotIn(version);
    const isInOrder = field > before || (field === before && dot < dotBefore);
    if (!isInOrder || dot === base) throw new NotPlain();
    [before, dotBefore] = [field, dot];
    addSibling(fields, field, { dot, value: valueIn(siblingTags.value) });
    reader.close(opened);
  }
  const deletes: Dot[] = [];
  while (reader.has(tags.deletes)) {
    const dot = dotIn(version);
    if (deletes.length > 0 && dot >= deletes.at(-1)!) throw new NotPlain();
    deletes.push(dot);
  }
  if (!reader.isEnd() || count + deletes.length > limits.siblingsMax) throw new NotPlain();
  return { version, fields, deletes };
}

/** A dot whose tag was passed over, and that the version includes. */
function dotIn(version: Version): Dot {
  const { hlc, replica } = readStamp(reader, replicas);
  const latest = version.get(replica);
  if (latest === undefined || latest < hlc) throw new NotPlain();
  return makeDot(hlc, replica);
}

function nameIn(tag: number, at: number): string {
  if (!reader.has(tag)) throw new NotPlain();
  const name = at < limits.fieldsMax ? reader.remembered(memoryOf(at)) : reader.text();
  if (name.length === 0 || name.length > slotLengthMax) throw new NotPlain();
  return name;
}

function memoryOf(at: number): BytesMemory {
  let memory = names[at];
  if (memory === undefined) {
    memory = bytesMemory(null, textOf);
    names[at] = memory;
  }
  return memory;
}

/** Names of fields are ASCII; parts of them need not be, and are left to the generated code. */
function textOf(bytes: Buffer): string {
  for (const byte of bytes) if (byte >= 0x80) throw new NotPlain();
  return bytes.toString('latin1');
}

function valueIn(tag: number): Value {
  if (!reader.has(tag)) throw new NotPlain();
  const opened = reader.open();
  const value = kindOfValue();
  reader.close(opened);
  return value;
}

function kindOfValue(): Value {
  if (reader.has(valueTags.text)) {
    return reader.text(limits.valueBytesMax);
  }
  if (reader.has(valueTags.integer)) return reader.signed();
  if (reader.has(valueTags.null)) {
    if (reader.unsigned() !== 1) throw new NotPlain();
    return null;
  }
  if (reader.has(valueTags.boolean)) {
    const value = reader.unsigned();
    if (value > 1) throw new NotPlain();
    return value === 1;
  }
  if (reader.has(valueTags.number)) {
    const value = reader.double();
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    if (!Number.isFinite(value) || isInteger) throw new NotPlain();
    return value;
  }
  if (reader.has(valueTags.blob)) {
    const blob = reader.bytes();
    if (blob.length > limits.valueBytesMax) throw new NotPlain();
    return new Uint8Array(blob);
  }
  throw new NotPlain();
}

/** Siblings come greatest first; only the one with the base dot finds its place among them. */
export function addSibling(fields: Map<string, Sibling[]>, field: string, sibling: Sibling): void {
  const siblings = fields.get(field);
  if (siblings === undefined) {
    fields.set(field, [sibling]);
    return;
  }
  const at = siblings.findLastIndex(({ dot }) => dot > sibling.dot);
  siblings.splice(at + 1, 0, sibling);
}
