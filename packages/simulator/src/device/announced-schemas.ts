import {
  type DeviceId,
  formatSchemas,
  knownSchemas,
  type MemoryLibrary,
  parseSchemas,
  type RecordId,
  type RecordRef,
  type RecordWrite,
  type Registry,
  refKey,
  type SchemaVersions,
} from '@shoal/core';
import { recordRef } from '../data/domain.ts';

/** What the devices of a library say that their programs can read, as far as it is shown here (DEP-5). */
export function announcedSchemas({ shown }: Pick<MemoryLibrary, 'shown'>): SchemaVersions[] {
  const announced: SchemaVersions[] = [];
  for (const { ref, row } of shown.values())
    if (ref.model === 'program') announced.push(parseSchemas(String(row.get('schemas'))));
  return announced;
}

/** The record in which a device says what its program can read. */
export function programOf(device: DeviceId): RecordRef {
  return { model: recordRef('program', 0).model, id: device as string as RecordId };
}

/** What a device says of its program; null where it has said so. */
export function announcement(
  device: DeviceId,
  { registry, memory }: { readonly registry: Registry; readonly memory: MemoryLibrary },
): RecordWrite | null {
  const ref = programOf(device);
  const schemas = formatSchemas(knownSchemas(registry));
  if (memory.shown.get(refKey(ref))?.row.get('schemas') === schemas) return null;
  const seen = memory.record(ref)?.state.version ?? null;
  return { kind: 'put', ref, fields: new Map([['schemas', schemas]]), seen };
}
