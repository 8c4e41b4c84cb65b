import {
  type DeviceId,
  type Hlc,
  type LibraryId,
  limits,
  type ModelName,
  makeDot,
  type RecordId,
  type ReplicaId,
  type Version,
} from '@shoal/core';
import type { Header } from './entry.ts';
import { lifeFromBytes, uuidFromBytes } from './ids.ts';
import { readStamp } from './read-stamp.ts';
import { type BytesMemory, bytesMemory, createWireReader, NotPlain } from './wire-reader.ts';
import { headerTags as tags } from './wire-tags.ts';

const changes = [undefined, 'insert', 'update', 'delete'] as const;
const domains = [undefined, 'index', 'user-metadata'] as const;
const uint32End = 2 ** 32;

const reader = createWireReader();
const uuids = () => bytesMemory(16, (bytes) => uuidFromBytes(bytes, 'uuid'));
const lives = () => bytesMemory(24, (bytes) => lifeFromBytes(bytes, 'life'));
const memories = {
  library: uuids(),
  origin: uuids(),
  record: uuids(),
  scope: uuids(),
  replica: lives(),
  versionReplica: lives(),
};
let knownModel = '';

/**
 * Reads a header in the form in which capture writes it; null for any other, and for one that is not to be taken: then
 * the generated code reads it, and names what is wrong. Every entry is read so at each of its stations.
 */
export function readHeader(bytes: Uint8Array): Header | null {
  try {
    return plainHeader(bytes);
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

function plainHeader(bytes: Uint8Array): Header | null {
  reader.start(bytes);
  const libraryId = idIn<LibraryId>(tags.libraryId, memories.library);
  const origin = idIn<DeviceId>(tags.origin, memories.origin);
  if (!reader.has(tags.dot)) return null;
  const { replica, hlc } = readStamp(reader, memories.replica);
  const version = versionIn();
  const domain = domains[numberIn(tags.domain)];
  const model = modelIn();
  const recordId = idIn<RecordId>(tags.recordId, memories.record);
  const scope = reader.has(tags.scope) ? reader.remembered(memories.scope) : null;
  const rank = numberIn(tags.rank);
  const change = changes[numberIn(tags.change)];
  const schemaVersion = numberIn(tags.schemaVersion);
  const syncReady = numberIn(tags.syncReady);
  const wallMs = reader.has(tags.wallMs) ? reader.unsigned() : 0;
  const traceParent = reader.has(tags.traceParent) ? reader.text() : '';
  const keyId = numberIn(tags.keyId);
  const latest = version?.get(replica);
  if (latest === undefined || latest < hlc || !replica.startsWith(origin)) return null;
  if (domain === undefined || change === undefined || schemaVersion < 1 || syncReady > 1) return null;
  if (model === null || traceParent.length > 128 || !reader.isEnd()) return null;
  return {
    libraryId,
    origin,
    dot: makeDot(hlc, replica),
    version: version!,
    domain,
    model,
    recordId,
    scope,
    rank,
    change,
    schemaVersion,
    syncReady: syncReady === 1,
    wallMs,
    traceParent,
    keyId,
  };
}

function idIn<Id extends string>(tag: number, memory: BytesMemory): Id {
  if (!reader.has(tag)) throw new NotPlain();
  return reader.remembered(memory) as Id;
}

/** Zero is left out. */
function numberIn(tag: number): number {
  const value = reader.has(tag) ? reader.unsigned() : 0;
  if (value >= uint32End) throw new NotPlain();
  return value;
}

/** Null: one that may not be. */
function versionIn(): Version | null {
  const version = new Map<ReplicaId, Hlc>();
  let before = '';
  while (reader.has(tags.version)) {
    const { replica, hlc } = readStamp(reader, memories.versionReplica);
    if (replica <= before || version.size === limits.versionReplicasMax) return null;
    before = replica;
    version.set(replica, hlc);
  }
  return version;
}

function modelIn(): ModelName | null {
  const model = reader.has(tags.model) ? reader.text() : '';
  if (model !== knownModel) {
    if (model.length > limits.nameLengthMax || !/^[a-z][a-z0-9_]*$/.test(model)) return null;
    knownModel = model;
  }
  return model === '' ? null : (model as ModelName);
}
