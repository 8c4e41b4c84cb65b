import {
  covers,
  type DeviceId,
  type Dot,
  dotDevice,
  type LibraryId,
  limits,
  type ModelName,
  type RecordId,
  ShoalError,
  type StreamId,
  type Version,
} from '@shoal/core';
import { ChangeType, Domain, type Entry, EntryHeader, type Position } from '../../gen/shoal/v1/entry.ts';
import { dotFromWire, lifeFromBytes, lifeToBytes, uuidFromBytes } from './ids.ts';
import { readHeader } from './read-header.ts';
import { versionFromWire } from './version.ts';

export { encodeHeader } from './write-header.ts';

/** An entry's header as the core knows it (CHG-2). */
export interface Header {
  readonly libraryId: LibraryId;
  readonly origin: DeviceId;
  readonly dot: Dot;
  readonly version: Version;
  readonly domain: 'index' | 'user-metadata';
  readonly model: ModelName;
  readonly recordId: RecordId;
  /** UUID, or null. */
  readonly scope: string | null;
  readonly rank: number;
  readonly change: 'insert' | 'update' | 'delete';
  readonly schemaVersion: number;
  readonly syncReady: boolean;
  readonly wallMs: number;
  readonly traceParent: string;
  readonly keyId: number;
}

/** Where an entry stands in its stream (CHG-1, REP-8). */
export interface EntryPosition {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly groupFirst: number;
  readonly groupLast: number;
  /** The stream that this one continues, on a stream's first entry (REP-6). */
  readonly predecessor: { readonly stream: StreamId; readonly lastOriginSeq: number } | null;
}

/** An entry whose header was parsed; its bytes stay as they came, for the seal and for passing on. */
export interface ParsedEntry {
  readonly header: Header;
  readonly headerBytes: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}

/** A parsed entry with its position. */
export interface PositionedEntry extends ParsedEntry {
  readonly position: EntryPosition;
}

const changeFromWire: Readonly<Record<number, Header['change']>> = {
  [ChangeType.CHANGE_TYPE_INSERT]: 'insert',
  [ChangeType.CHANGE_TYPE_UPDATE]: 'update',
  [ChangeType.CHANGE_TYPE_DELETE]: 'delete',
};

/** Nonce and tag of the seal. */
const sealBytes = 40;
/** An Ed25519 signature with the path of a Merkle tree beside. */
const signatureBytesMax = 1_024;
/** A trace context has 55 characters; room for a later version of it. */
const traceParentMax = 128;
/** A version of as many replicas as are allowed, and the rest. */
const headerBytesMax = 64 * 1024;

/** Parses and bounds a header (SEC-5). Throws `malformed-message` naming the field. */
export function decodeHeader(bytes: Uint8Array): Header {
  if (bytes.length > headerBytesMax)
    refuse('header', `${bytes.length} bytes, at most ${headerBytesMax} are allowed`);
  return readHeader(bytes) ?? headerFromWire(parseHeader(bytes));
}

/** The same of a header in any form that the format allows. Throws as `decodeHeader`. */
export function headerFromWire(wire: EntryHeader): Header {
  if (wire.dot === undefined) refuse('dot', 'nothing');
  const dot = dotFromWire(wire.dot, 'dot');
  const version = versionFromWire(wire.version);
  const origin = uuidFromBytes<DeviceId>(wire.origin, 'origin');
  if (!covers(version, dot)) refuse('version', 'a version that does not include the change');
  if (dotDevice(dot) !== origin) refuse('dot', 'a change of another device than the origin');
  if (!/^[a-z][a-z0-9_]*$/.test(wire.model) || wire.model.length > limits.nameLengthMax)
    refuse('model', 'a malformed name');
  if (wire.schemaVersion < 1) refuse('schema_version', `${wire.schemaVersion}`);
  const change = changeFromWire[wire.change];
  if (change === undefined) refuse('change', `the unknown kind ${wire.change}`);
  if (wire.domain !== Domain.DOMAIN_INDEX && wire.domain !== Domain.DOMAIN_USER_METADATA)
    refuse('domain', `${wire.domain}`);
  if (wire.traceParent.length > traceParentMax)
    refuse('trace_parent', `${wire.traceParent.length} characters`);
  return {
    libraryId: uuidFromBytes<LibraryId>(wire.libraryId, 'library_id'),
    origin,
    dot,
    version,
    domain: wire.domain === Domain.DOMAIN_INDEX ? 'index' : 'user-metadata',
    model: wire.model as ModelName,
    recordId: uuidFromBytes<RecordId>(wire.recordId, 'record_id'),
    scope: wire.scope.length === 0 ? null : uuidFromBytes(wire.scope, 'scope'),
    rank: wire.rank,
    change,
    schemaVersion: wire.schemaVersion,
    syncReady: wire.syncReady,
    wallMs: wire.wallMs,
    traceParent: wire.traceParent,
    keyId: wire.keyId,
  };
}

/**
 * Parses an entry that has no position yet, as capture hands it to its log-store. The header's bytes stay as they
 * came, with fields that this program does not know. Throws `malformed-message` naming the field (SEC-5).
 */
export function parseEntry(entry: Entry): ParsedEntry {
  if (entry.sealed.length > limits.payloadBytesMax + sealBytes)
    refuse('sealed', `${entry.sealed.length} bytes`);
  if (entry.signature.length > signatureBytesMax) refuse('signature', `${entry.signature.length} bytes`);
  return {
    header: decodeHeader(entry.header),
    headerBytes: entry.header,
    sealed: entry.sealed,
    signature: entry.signature,
  };
}

/** Parses an entry as it travels between devices: with its position. Throws as `parseEntry`. */
export function parsePositionedEntry(entry: Entry): PositionedEntry {
  const parsed = parseEntry(entry);
  if (entry.position === undefined) refuse('position', 'nothing');
  return { ...parsed, position: positionFromWire(entry.position) };
}

/** An entry as it travels; without position before its log-store has committed it. */
export function entryToWire(entry: ParsedEntry, position?: EntryPosition): Entry {
  const wire: Entry = {
    header: asBuffer(entry.headerBytes),
    sealed: asBuffer(entry.sealed),
    signature: asBuffer(entry.signature),
    position: undefined,
  };
  if (position !== undefined) wire.position = positionToWire(position);
  return wire;
}

/** A position as it travels. */
export function positionToWire(position: EntryPosition): Position {
  const { predecessor } = position;
  return {
    stream: lifeToBytes(position.stream),
    originSeq: position.originSeq,
    groupFirst: position.groupFirst,
    groupLast: position.groupLast,
    predecessor:
      predecessor === null
        ? undefined
        : { stream: lifeToBytes(predecessor.stream), lastOriginSeq: predecessor.lastOriginSeq },
  };
}

/** Parses a position: numbers from 1, the entry within its group. Throws `malformed-message`. */
export function positionFromWire(wire: Position): EntryPosition {
  const { originSeq, groupFirst, groupLast, predecessor } = wire;
  const isWithin = originSeq >= 1 && groupFirst >= 1 && groupFirst <= originSeq && originSeq <= groupLast;
  if (!isWithin) refuse('position', `number ${originSeq} in the group ${groupFirst} to ${groupLast}`);
  return {
    stream: lifeFromBytes<StreamId>(wire.stream, 'stream'),
    originSeq,
    groupFirst,
    groupLast,
    predecessor:
      predecessor === undefined
        ? null
        : {
            stream: lifeFromBytes<StreamId>(predecessor.stream, 'predecessor'),
            lastOriginSeq: predecessor.lastOriginSeq,
          },
  };
}

function parseHeader(bytes: Uint8Array): EntryHeader {
  try {
    return EntryHeader.decode(bytes);
  } catch (error) {
    throw new ShoalError('malformed-message', 'a header does not parse', { field: 'header' }, error);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function refuse(field: string, found: string): never {
  throw new ShoalError('malformed-message', `"${field}" of an entry: found ${found}`, { field });
}
