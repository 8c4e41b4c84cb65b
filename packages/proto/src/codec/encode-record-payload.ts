import type { Dot, RecordState, Value } from '@shoal/core';
import { fieldTags, payloadTags, siblingTags, valueTags } from './wire-tags.ts';
import { createWireWriter } from './wire-writer.ts';
import { writeStamp } from './write-stamp.ts';

const writer = createWireWriter();

/**
 * The canonical bytes of a record's merged state without its version (CHG-3): fields in order of their names, one
 * base dot for those that share it, the rest beside. Equal states give equal bytes, those that the generated code would
 * give: every captured and every merged record is encoded, so it is written without making messages first.
 */
export function encodeRecordPayload(state: RecordState): Buffer {
  const names = [...state.fields.keys()];
  if (!isSorted(names)) names.sort();
  const base = commonDot(state);
  writer.start();
  if (base !== undefined) writeStamp(writer, payloadTags.base, base);
  let hasOthers = false;
  for (const field of names) {
    for (const { dot, value } of state.fields.get(field)!) {
      if (dot === base) writeField(field, value);
      else hasOthers = true;
    }
  }
  if (hasOthers) {
    for (const field of names)
      for (const { dot, value } of state.fields.get(field)!)
        if (dot !== base) writeSibling(field, dot, value);
  }
  for (const dot of state.deletes) writeStamp(writer, payloadTags.deletes, dot);
  return writer.take();
}

/** As whole records are written. */
function isSorted(names: readonly string[]): boolean {
  for (let at = 1; at < names.length; at++) if (names[at - 1]! > names[at]!) return false;
  return true;
}

/** The dot that most values share; of equally many the greatest, so that the bytes are canonical. */
function commonDot(state: RecordState): Dot | undefined {
  const only = onlyDot(state);
  if (only !== null) return only;
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

/** Mostly one write made all values; null: several did. */
function onlyDot({ fields }: RecordState): Dot | null | undefined {
  let only: Dot | undefined;
  for (const siblings of fields.values()) {
    for (const { dot } of siblings) {
      if (only === undefined) only = dot;
      else if (dot !== only) return null;
    }
  }
  return only;
}

function writeField(field: string, value: Value): void {
  writer.tag(payloadTags.fields);
  const opened = writer.open();
  writeName(fieldTags.field, field);
  writeValue(fieldTags.value, value);
  writer.close(opened);
}

function writeSibling(field: string, dot: Dot, value: Value): void {
  writer.tag(payloadTags.siblings);
  const opened = writer.open();
  writeName(siblingTags.field, field);
  writeStamp(writer, siblingTags.dot, dot);
  writeValue(siblingTags.value, value);
  writer.close(opened);
}

function writeName(tag: number, name: string): void {
  if (name === '') return;
  writer.tag(tag);
  writer.text(name);
}

/** As `valueToWire` says. */
function writeValue(tag: number, value: Value): void {
  writer.tag(tag);
  const opened = writer.open();
  if (value === null) {
    writer.tag(valueTags.null);
    writer.unsigned(1);
  } else if (typeof value === 'boolean') {
    writer.tag(valueTags.boolean);
    writer.unsigned(Number(value));
  } else if (typeof value === 'string') {
    writer.tag(valueTags.text);
    writer.text(value);
  } else if (typeof value === 'number') {
    writeNumber(value);
  } else {
    writer.tag(valueTags.blob);
    writer.bytes(value);
  }
  writer.close(opened);
}

function writeNumber(value: number): void {
  const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
  writer.tag(isInteger ? valueTags.integer : valueTags.number);
  if (isInteger) writer.signed(value);
  else writer.double(value);
}
