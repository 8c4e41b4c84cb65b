import { versionToText } from '@shoal/client';
import { expect, test } from 'vitest';
import { parseRecordInput } from './record-input.ts';

const uuid = '0190c4a0-0000-7000-8000-000000000001';
const dots = [{ replica: Buffer.alloc(24, 3), ms: 7, counter: 1 }];
const version = versionToText(dots);
const fieldsOf = (input: ReturnType<typeof parseRecordInput>) => input.fields.map(({ field }) => field);

test('[MRG-1] what a read printed can be given back: record, version and fields are found in it', () => {
  const json = { model: 'tag', id: uuid, version, fields: { canonical_name: 'x' } };
  const input = parseRecordInput(json, { model: 'tag' });
  expect(input.recordId.toString('hex')).toBe(uuid.replaceAll('-', ''));
  expect(input.seen).toMatchObject(dots);
  expect(fieldsOf(input)).toEqual(['canonical_name']);
});

test('[MRG-1] fields alone are a blind write, of a new record unless a UUID is given', () => {
  const blind = parseRecordInput({ canonical_name: 'x', color: null }, { model: 'tag' });
  expect(blind).toMatchObject({ recordId: Buffer.alloc(0), seen: [] });
  expect(fieldsOf(blind)).toEqual(['canonical_name', 'color']);
  const named = parseRecordInput({ canonical_name: 'x', uuid, version }, { model: 'tag' });
  expect(named.recordId).toHaveLength(16);
  expect(named.seen).toMatchObject(dots);
  expect(fieldsOf(named)).toEqual(['canonical_name']);
});

test.each([
  ['another model', { model: 'entry', fields: {} }, 'model'],
  ['another UUID than --uuid', { uuid: uuid.replace('1', '2') }, 'uuid'],
  ['a UUID that is none', { uuid: 7 }, 'uuid'],
  ['a version that is no text', { version: 7 }, 'version'],
  ['a field beside "fields"', { fields: {}, color: 'red' }, 'color'],
])('[SEC-5] %s is refused, naming the field', (_, json, field) => {
  expect(() => parseRecordInput(json, { model: 'tag', uuid })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', subject: { field } }),
  );
});
