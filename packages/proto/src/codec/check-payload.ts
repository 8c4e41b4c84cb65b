import {
  covers,
  type Dot,
  limits,
  type RecordState,
  ShoalError,
  slotLengthMax,
  type Version,
} from '@shoal/core';
import type { RecordPayload, Value as WireValue } from '../../gen/shoal/v1/entry.ts';
import { dotFromWire } from './ids.ts';

/**
 * Checks the shape of a payload from outside, before a state is made of it (SEC-5, CHG-3): bounds, order of names,
 * canonical values. Throws `malformed-message` naming the field.
 */
export function checkRecordPayload(bytes: number, payload: RecordPayload): void {
  if (bytes > limits.payloadBytesMax)
    refuse('payload', `${bytes} bytes, at most ${limits.payloadBytesMax} are allowed`);
  const count = payload.fields.length + payload.siblings.length + payload.deletes.length;
  if (count > limits.siblingsMax)
    refuse('payload', `${count} values, at most ${limits.siblingsMax} are allowed`);
  if ((payload.base === undefined) !== (payload.fields.length === 0))
    refuse('base', 'a base dot without fields, or fields without one');
  let before = '';
  for (const { field, value } of payload.fields) {
    checkName(field);
    if (field <= before) refuse(field, 'its place out of order');
    before = field;
    checkValue(field, value);
  }
  before = '';
  let dotBefore = '';
  for (const { field, dot: wire, value } of payload.siblings) {
    checkName(field);
    if (wire === undefined) refuse(field, 'no dot');
    const dot = dotFromWire(wire, field);
    if (field < before || (field === before && dot >= dotBefore)) refuse(field, 'its place out of order');
    before = field;
    dotBefore = dot;
    checkValue(field, value);
  }
}

/**
 * Checks the dots of a state from outside: each of them included in the version, greatest first, none twice. What
 * broke this would be lost or doubled by the next join (MRG-2).
 */
export function checkStateDots({ version, fields, deletes }: RecordState): void {
  for (const [field, siblings] of fields) {
    checkDots(
      field,
      siblings.map(({ dot }) => dot),
      version,
    );
  }
  checkDots('deletes', deletes, version);
}

function checkDots(field: string, dots: readonly Dot[], version: Version): void {
  for (const [index, dot] of dots.entries()) {
    if (!covers(version, dot)) refuse(field, 'a change that the version does not include');
    if (index > 0 && dot >= dots[index - 1]!) refuse(field, 'changes out of order');
  }
}

function checkName(name: string): void {
  if (name.length === 0 || name.length > slotLengthMax)
    refuse('field', `a name of ${name.length} characters`);
}

function checkValue(field: string, value: WireValue | undefined): void {
  const kind = value?.kind;
  switch (kind?.$case) {
    case 'null':
      if (!kind.value) refuse(field, 'a null that is none');
      return;
    case 'number':
      if (!Number.isFinite(kind.value)) refuse(field, `the number ${kind.value}`);
      if (Number.isSafeInteger(kind.value) && !Object.is(kind.value, -0))
        refuse(field, 'an integer written as a number');
      return;
    case 'text':
      checkSize(field, Buffer.byteLength(kind.value));
      return;
    case 'blob':
      checkSize(field, kind.value.length);
      return;
    case 'boolean':
    case 'integer':
      return;
    case undefined:
      refuse(field, 'no value of a known kind');
  }
}

function checkSize(field: string, bytes: number): void {
  if (bytes > limits.valueBytesMax)
    refuse(field, `${bytes} bytes, at most ${limits.valueBytesMax} are allowed`);
}

function refuse(field: string, found: string): never {
  throw new ShoalError('malformed-message', `"${field.slice(0, 80)}" of a payload: found ${found}`, {
    field: field.slice(0, 80),
  });
}
