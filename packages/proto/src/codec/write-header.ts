import { versionDots } from '@shoal/core';
import type { Header } from './entry.ts';
import { headerTags as tags } from './wire-tags.ts';
import { createWireWriter } from './wire-writer.ts';
import { writeStamp } from './write-stamp.ts';

const changes = { insert: 1, update: 2, delete: 3 } as const;
const domains = { index: 1, 'user-metadata': 2 } as const;

const writer = createWireWriter();

/**
 * The bytes of a header: what the seal binds (CHG-4). Those that the generated code would give, without making messages
 * first: every shipped record has one.
 */
export function encodeHeader(header: Header): Buffer {
  writer.start();
  uuid(tags.libraryId, header.libraryId);
  uuid(tags.origin, header.origin);
  writeStamp(writer, tags.dot, header.dot);
  for (const dot of versionDots(header.version)) writeStamp(writer, tags.version, dot);
  number(tags.domain, domains[header.domain]);
  text(tags.model, header.model);
  uuid(tags.recordId, header.recordId);
  if (header.scope !== null) uuid(tags.scope, header.scope);
  number(tags.rank, header.rank);
  number(tags.change, changes[header.change]);
  number(tags.schemaVersion, header.schemaVersion);
  number(tags.syncReady, Number(header.syncReady));
  number(tags.wallMs, header.wallMs);
  text(tags.traceParent, header.traceParent);
  number(tags.keyId, header.keyId);
  return writer.take();
}

function uuid(tag: number, value: string): void {
  writer.tag(tag);
  writer.uuid(value);
}

/** Zero is left out. */
function number(tag: number, value: number): void {
  if (value === 0) return;
  writer.tag(tag);
  writer.unsigned(value);
}

/** No text is left out. */
function text(tag: number, value: string): void {
  if (value === '') return;
  writer.tag(tag);
  writer.text(value);
}
