import type { FieldValue, WireDot } from '@shoal/client';
import { fromJson, versionFromText } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { parseUuid } from './parse-argument.ts';

/** What `record put` writes. */
export interface RecordInput {
  /** Empty: a new record. */
  readonly recordId: Buffer;
  readonly fields: FieldValue[];
  /** What was read before (MRG-1); empty: a blind write. */
  readonly seen: WireDot[];
}

/** Not fields of a model: they name the record, and what was read of it. */
const names = new Set(['id', 'uuid', 'model', 'version']);

/**
 * Understands both forms of a record in JSON: fields alone, with `uuid` and `version` among them where they are
 * known, and the form that `record get --json` prints, with the fields in `fields`. So what was read can be changed
 * and given back. Throws `invalid-argument` where the two contradict `--uuid` or the model of the command.
 */
export function parseRecordInput(
  json: Readonly<Record<string, unknown>>,
  options: { readonly model: string; readonly uuid?: string },
): RecordInput {
  const fields = isObject(json.fields)
    ? json.fields
    : Object.fromEntries(Object.entries(json).filter(([name]) => !names.has(name)));
  if (isObject(json.fields)) refuseStrangers(json);
  if (json.model !== undefined && json.model !== options.model) {
    throw new ShoalError('invalid-argument', `"model": expected "${options.model}"`, { field: 'model' });
  }
  const id = idOf(json.uuid ?? json.id, options.uuid);
  return {
    recordId: id === undefined ? Buffer.alloc(0) : parseUuid(id, 'uuid'),
    fields: fromJson(fields),
    seen: versionOf(json.version),
  };
}

function refuseStrangers(json: Readonly<Record<string, unknown>>): void {
  const stranger = Object.keys(json).find((name) => name !== 'fields' && !names.has(name));
  if (stranger === undefined) return;
  throw new ShoalError('invalid-argument', `"${stranger}": fields stand within "fields"`, {
    field: stranger,
  });
}

function idOf(inJson: unknown, inOption: string | undefined): string | undefined {
  if (inJson === undefined) return inOption;
  if (typeof inJson !== 'string' || (inOption !== undefined && inOption !== inJson)) {
    throw new ShoalError('invalid-argument', '"uuid": expected one UUID', { field: 'uuid' });
  }
  return inJson;
}

function versionOf(version: unknown): WireDot[] {
  if (version === undefined) return [];
  if (typeof version === 'string') return versionFromText(version);
  throw new ShoalError('invalid-argument', '"version": expected the text that a read gave', {
    field: 'version',
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
