import { randomBytes } from 'node:crypto';
import {
  type DeviceId,
  formatHlc,
  type LibraryId,
  lifeId,
  type ModelName,
  makeDot,
  type RecordId,
  type ReplicaId,
  type Version,
} from '@shoal/core';
import { encodeHeader, type Header, type ParsedEntry } from '@shoal/proto';

export const library = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
export const deviceA = '018f0000-0000-7000-8000-00000000000a' as DeviceId;
export const deviceB = '018f0000-0000-7000-8000-00000000000b' as DeviceId;
export const deviceC = '018f0000-0000-7000-8000-00000000000c' as DeviceId;

/** A record by a number. */
export function recordId(n: number): RecordId {
  return `018f0000-0000-7000-9000-${n.toString(16).padStart(12, '0')}` as RecordId;
}

export interface MadeEntry extends Partial<Pick<Header, 'rank' | 'change' | 'libraryId' | 'domain'>> {
  readonly device?: DeviceId;
  readonly record: number;
  /** Milliseconds of the change's stamp. */
  readonly at: number;
  /** What the change has seen. */
  readonly seen?: Version;
  readonly model?: string;
  readonly payloadBytes?: number;
}

/** An entry as capture would hand it over; its payload is noise. */
export function makeEntry(made: MadeEntry): ParsedEntry {
  const device = made.device ?? deviceA;
  const replica = lifeId<ReplicaId>(device, 'a'.repeat(16));
  const hlc = formatHlc(made.at, 0);
  const header: Header = {
    libraryId: made.libraryId ?? library,
    origin: device,
    dot: makeDot(hlc, replica),
    version: new Map([...(made.seen ?? []), [replica, hlc]]),
    domain: made.domain ?? 'user-metadata',
    model: (made.model ?? 'tag') as ModelName,
    recordId: recordId(made.record),
    scope: null,
    rank: made.rank ?? 0,
    change: made.change ?? 'update',
    schemaVersion: 1,
    syncReady: true,
    wallMs: made.at,
    traceParent: '',
    keyId: 1,
  };
  return {
    header,
    headerBytes: encodeHeader(header),
    sealed: randomBytes(made.payloadBytes ?? 64),
    signature: Buffer.alloc(0),
  };
}
