import { readFileSync } from 'node:fs';
import type { Dot, RecordState, StreamId, Version } from '@shoal/core';
import { describe, expect, test } from 'vitest';
import { Entry } from '../../gen/shoal/v1/entry.ts';
import { Heartbeat } from '../../gen/shoal/v1/log_store.ts';
import { protocolVersion } from '../protocol-version.ts';
import { encodeRecordPayload } from './encode-record-payload.ts';
import {
  decodeHeader,
  type EntryPosition,
  encodeHeader,
  entryToWire,
  type Header,
  parsePositionedEntry,
} from './entry.ts';
import { uuidToBytes } from './ids.ts';
import { decodeRecordPayload } from './record-payload.ts';
import { vectorFromWire, vectorToWire } from './vector.ts';

// Bytes that a released version wrote lie in logs and on devices for years. They are never edited: a version that
// writes others adds a file of its own, and goes on reading this one.
const golden = JSON.parse(
  readFileSync(new URL('./golden/protocol-1.json', import.meta.url), 'utf8'),
) as Record<'payload' | 'header' | 'entry' | 'heartbeat', string>;

const device = '018f0000-0000-7000-8000-00000000000a';
const other = '018f0000-0000-7000-8000-00000000000b';
const replica = `${device}.00000000000000aa`;
const otherReplica = `${other}.00000000000000bb`;
const early = `018f000000000001@${replica}` as Dot;
const late = `018f000000010000@${otherReplica}` as Dot;
const version = new Map([
  [replica, '018f000000000001'],
  [otherReplica, '018f000000010000'],
]) as unknown as Version;

const state: RecordState = {
  version,
  fields: new Map([
    ['blob', [{ dot: early, value: new Uint8Array([0, 1, 255]) }]],
    [
      'color',
      [
        { dot: late, value: '#222' },
        { dot: early, value: null },
      ],
    ],
    ['favorite', [{ dot: early, value: true }]],
    ['name', [{ dot: early, value: 'Ferien – été' }]],
    ['size', [{ dot: early, value: -(2 ** 53) + 1 }]],
    ['weight', [{ dot: early, value: 1.5 }]],
  ]),
  deletes: [late],
};

const header: Header = {
  libraryId: '11111111-1111-4111-8111-111111111111' as Header['libraryId'],
  origin: device as Header['origin'],
  dot: early,
  version,
  domain: 'user-metadata',
  model: 'tag' as Header['model'],
  recordId: '22222222-2222-7222-8222-222222222222' as Header['recordId'],
  scope: '33333333-3333-4333-8333-333333333333',
  rank: 0x01_32_00_02,
  change: 'update',
  schemaVersion: 1,
  syncReady: true,
  wallMs: 1_700_000_000_000,
  traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  keyId: 1,
};

const position: EntryPosition = {
  stream: `${device}.0000000000000001` as StreamId,
  originSeq: 7,
  groupFirst: 5,
  groupLast: 9,
  predecessor: { stream: `${device}.0000000000000000` as StreamId, lastOriginSeq: 4 },
};

const entry = {
  header,
  headerBytes: encodeHeader(header),
  sealed: Buffer.from('5ea1ed', 'hex'),
  signature: Buffer.from('519a', 'hex'),
};

const heartbeat: Heartbeat = {
  deviceId: uuidToBytes(device),
  logId: 'a-log',
  headSeq: 12,
  have: vectorToWire(new Map([[position.stream, 9]])),
  replyWanted: true,
  protocolVersion: 1,
  wallMs: 1_700_000_000_000,
  ack: undefined,
};

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => Buffer.from(text, 'hex');

describe('[CHG-2] golden bytes of protocol version 1', () => {
  test('the payload stays readable, and is written so', () => {
    expect(decodeRecordPayload(bytesOf(golden.payload), version)).toEqual(state);
    if (protocolVersion === 1) expect(hex(encodeRecordPayload(state))).toBe(golden.payload);
  });

  test('the header stays readable, and is written so', () => {
    expect(decodeHeader(bytesOf(golden.header))).toEqual(header);
    if (protocolVersion === 1) expect(hex(encodeHeader(header))).toBe(golden.header);
  });

  test('the entry stays readable, and is written so', () => {
    const parsed = parsePositionedEntry(Entry.decode(bytesOf(golden.entry)));
    expect(parsed.position).toEqual(position);
    expect(parsed.header).toEqual(header);
    expect([hex(parsed.sealed), hex(parsed.signature)]).toEqual(['5ea1ed', '519a']);
    if (protocolVersion === 1)
      expect(hex(Entry.encode(entryToWire(entry, position)).finish())).toBe(golden.entry);
  });

  test('the heartbeat stays readable, and is written so', () => {
    const parsed = Heartbeat.decode(bytesOf(golden.heartbeat));
    expect(vectorFromWire(parsed.have)).toEqual(new Map([[position.stream, 9]]));
    expect(parsed).toMatchObject({ ...heartbeat, have: expect.any(Array) });
    if (protocolVersion === 1) expect(hex(Heartbeat.encode(heartbeat).finish())).toBe(golden.heartbeat);
  });
});
