import { type Bus, memoryNetwork, rpcClient, serveRpc, subjects } from '@shoal/bus';
import { type DeviceId, limits } from '@shoal/core';
import {
  entryToWire,
  Heartbeat,
  LiveEntries,
  LogStoreDefinition,
  PullReply,
  PullRequest,
  parsePositionedEntry,
  protocolVersion,
  uuidFromBytes,
  uuidToBytes,
} from '@shoal/proto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deviceA, deviceB, library, makeEntry, recordId } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';

/**
 * What devices say to each other, message by message: one log-store as it is, and across from it a bus on which the test
 * speaks for another device.
 */
const libraryId = uuidToBytes(library);
const within = { timeout: 15_000, interval: 5 };
const empty: PullReply = PullReply.decode(Buffer.alloc(0));

function connect() {
  const network = memoryNetwork();
  const { bus } = network.connect();
  onTestFinished(() => bus.close());
  return { bus, peer: openMemoryPeer(network, deviceA) };
}

/** B says that it has so many entries. */
function beat(bus: Bus, count: number, changed: Partial<Heartbeat> = {}): void {
  const message: Heartbeat = {
    ...Heartbeat.decode(Buffer.alloc(0)),
    deviceId: uuidToBytes(deviceB),
    logId: 'f'.repeat(32),
    headSeq: count,
    have: [{ stream: streamOfB, originSeq: count }],
    replyWanted: false,
    protocolVersion,
    wallMs: 0,
    ...changed,
  };
  bus.publish(subjects.shared.heartbeat(library, deviceB), Heartbeat.encode(message).finish());
}

const streamOfB = Buffer.concat([uuidToBytes(deviceB), Buffer.alloc(8, 7)]);

/** B's entry at that place in its stream. */
function entryOfB(originSeq: number) {
  const entry = makeEntry({ device: deviceB, record: originSeq, at: originSeq });
  const position = { stream: streamOfB, originSeq, groupFirst: originSeq, groupLast: originSeq };
  return { ...entryToWire(entry), position: { ...position, predecessor: undefined } };
}

/** B answers pulls; answers what it was asked. */
function servePull(bus: Bus, pull: (request: PullRequest) => PullReply): readonly PullRequest[] {
  const asked: PullRequest[] = [];
  const handlers = {
    pull: async (request: PullRequest) => {
      asked.push(request);
      return pull(request);
    },
  };
  serveRpc(bus, subjects.shared.rpc(library, deviceB), LogStoreDefinition, handlers, ['pull']);
  return asked;
}

describe('the messages between devices', () => {
  test('[S1-45] [S4-38] are request, answer and pushed change, in one versioned package of the contract', () => {
    const { pull } = LogStoreDefinition.methods;
    expect(LogStoreDefinition.fullName).toBe('shoal.v1.LogStore');
    expect([pull.requestType, pull.responseType]).toEqual([PullRequest, PullReply]);
    expect(subjects.shared.anyLive(library)).toBe(`lib.${library}.live.*`);
  });

  test('[S1-45] [REP-1] a pull request says what is there already, and of which library', async () => {
    const { bus, peer } = connect();
    peer.append({ record: 1, at: 1 });
    const asked = servePull(bus, () => ({ ...empty, logId: 'f'.repeat(32), firstPage: true, done: true }));
    beat(bus, 3);
    await expect.poll(() => asked.length, within).toBeGreaterThan(0);
    expect(asked[0]!.libraryId).toEqual(libraryId);
    expect(asked[0]!.have).toMatchObject(peer.status().have);
  });

  test('[S1-45] [REP-1] a pull answer brings the entries that were lacking, and what is claimed with them', async () => {
    const { bus, peer } = connect();
    const entries = [entryOfB(1), entryOfB(2), entryOfB(3)];
    const have = [{ stream: streamOfB, originSeq: 3 }];
    const end = { done: true, firstPage: true, afterSeq: 3, latestSeq: 3 };
    servePull(bus, () => ({ ...empty, ...end, logId: 'f'.repeat(32), entries, have }));
    beat(bus, 3);
    await expect.poll(() => peer.status().entries, within).toBe(3);
    await expect.poll(() => peer.status().have, within).toEqual(have);
  });

  test('[S1-45] [REP-1] a pull request of another device is answered with what it lacks', async () => {
    const { bus, peer } = connect();
    peer.append({ record: 1, at: 1 }, { record: 2, at: 2 });
    const prefix = subjects.shared.rpc(library, deviceA);
    const client = rpcClient(bus, prefix, LogStoreDefinition, { timeoutMs: limits.requestMs });
    const request = { libraryId, have: [], afterSeq: 0, logId: '', limit: 0, afterProof: Buffer.alloc(0) };
    const reply = await client.pull(request);
    const records = reply.entries.map((entry) => parsePositionedEntry(entry).header.recordId);
    expect(records).toEqual([recordId(1), recordId(2)]);
    expect(reply).toMatchObject({ done: true, firstPage: true, latestSeq: 2, have: peer.status().have });
    expect((await client.pull({ ...request, have: reply.have })).entries).toEqual([]);
  });

  test('[S1-45] [REP-3] a change that is pushed is taken without a question, once, and pushed by its origin', async () => {
    const { bus, peer } = connect();
    const asked = servePull(bus, () => empty);
    const pushed: LiveEntries[] = [];
    bus.subscribe(subjects.shared.anyLive(library), ({ payload }) =>
      pushed.push(LiveEntries.decode(payload)),
    );
    const message = LiveEntries.encode({ entries: [entryOfB(1)] }).finish();
    for (const times of [1, 2]) {
      bus.publish(subjects.shared.live(library, deviceB), message);
      await expect.poll(() => [peer.status().entries, pushed.length], within).toEqual([1, times]);
    }
    peer.append({ record: 9, at: 9 });
    await expect.poll(() => pushed.length, within).toBe(3);
    const { header, position } = parsePositionedEntry(pushed[2]!.entries[0]!);
    expect([header.recordId, position.originSeq]).toEqual([recordId(9), 1]);
    expect(asked).toEqual([]);
  });

  test('[S1-45] [REP-3] a device says what it has and in which version; one of another version is not asked', async () => {
    const { bus, peer } = connect();
    const heard: Heartbeat[] = [];
    bus.subscribe(subjects.shared.heartbeat(library, deviceA), ({ payload }) =>
      heard.push(Heartbeat.decode(payload)),
    );
    const asked = servePull(bus, () => ({ ...empty, logId: 'f'.repeat(32), firstPage: true, done: true }));
    beat(bus, 3, { protocolVersion: protocolVersion + 1, replyWanted: true });
    peer.append({ record: 1, at: 1 });
    await expect.poll(() => heard.at(-1)?.headSeq, within).toBe(1);
    expect(uuidFromBytes<DeviceId>(heard.at(-1)!.deviceId, 'device_id')).toBe(deviceA);
    expect(heard.at(-1)).toMatchObject({ protocolVersion, have: peer.status().have });
    expect(asked).toEqual([]);
    expect(peer.status().peers).toEqual([]);
    beat(bus, 3);
    await expect.poll(() => asked.length, within).toBeGreaterThan(0);
  });

  test('[SEC-5] what a device says of its log has a bound: the rest of such a message counts for nothing', async () => {
    const { bus, peer } = connect();
    const have = [{ stream: streamOfB, originSeq: 1 }];
    const end = { logId: 'f'.repeat(32), done: true, firstPage: true, afterSeq: 1, latestSeq: 1 };
    const proofs = [Buffer.alloc(limits.proofBytesMax + 1), Buffer.alloc(limits.proofBytesMax)];
    const entriesAtAsk: number[] = [];
    servePull(bus, () => {
      const afterProof = proofs[Math.min(entriesAtAsk.length, 1)]!;
      entriesAtAsk.push(peer.status().entries);
      return { ...empty, ...end, entries: [entryOfB(1)], have, afterProof };
    });
    beat(bus, 1, { logId: 'f'.repeat(limits.logIdLengthMax + 1) });
    peer.append({ record: 9, at: 9 });
    await expect.poll(() => peer.status().entries, within).toBe(1);
    expect(peer.status().peers).toEqual([]);
    beat(bus, 1);
    await expect.poll(() => peer.status().entries, within).toBe(2);
    expect(entriesAtAsk).toEqual([1, 1]);
  });
});
