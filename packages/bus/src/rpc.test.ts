import { ShoalError } from '@shoal/core';
import {
  IngestDefinition,
  IngestStatusReply,
  type IngestStatusRequest,
  LogStoreDefinition,
  PullReply,
  PullRequest,
} from '@shoal/proto';
import { beforeEach, expect, test } from 'vitest';
import type { Bus } from './bus.ts';
import { memoryNetwork } from './memory-network.ts';
import { rpcClient, serveRpc } from './rpc.ts';

const timeoutMs = 20_000;
const nothing = Buffer.alloc(0);
const noStatus = IngestStatusReply.decode(nothing);
let asking: Bus;
let serving: Bus;
beforeEach(() => {
  const network = memoryNetwork();
  asking = network.connect().bus;
  serving = network.connect().bus;
});

test('a service of the contract is called under its prefix and method', async () => {
  const getIngestStatus = async ({ libraryId }: IngestStatusRequest) => ({
    ...noStatus,
    logId: libraryId.toString('hex'),
    appliedSeq: 7,
  });
  serveRpc(serving, 'p', IngestDefinition, { getIngestStatus }, ['getIngestStatus']);
  const ingest = rpcClient(asking, 'p', IngestDefinition, { timeoutMs });
  const reply = await ingest.getIngestStatus({ libraryId: Buffer.of(1, 2) });
  expect(reply).toMatchObject({ logId: '0102', appliedSeq: 7 });
});

test('of a service of which only some methods are served, the others are unavailable', async () => {
  const pull = async () => ({ ...PullReply.decode(nothing), latestSeq: 3 });
  serveRpc(serving, 'p', LogStoreDefinition, { pull }, ['pull']);
  const peer = rpcClient(asking, 'p', LogStoreDefinition, { timeoutMs });
  expect(await peer.pull(PullRequest.decode(nothing))).toMatchObject({ latestSeq: 3 });
  await expect(peer.getLogStatus({ libraryId: nothing })).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('[SEC-5] a request that does not parse is malformed-message and reaches no handler', async () => {
  let calls = 0;
  const getIngestStatus = async () => {
    calls += 1;
    return noStatus;
  };
  serveRpc(serving, 'p', IngestDefinition, { getIngestStatus }, ['getIngestStatus']);
  const garbage = Uint8Array.of(0x0a, 0xff);
  await expect(asking.request('p.GetIngestStatus', garbage, { timeoutMs })).rejects.toMatchObject({
    code: 'malformed-message',
  });
  expect(calls).toBe(0);
});

test('[SEC-5] an answer that does not parse is malformed-message', async () => {
  serving.serve('p.GetIngestStatus', async () => Uint8Array.of(0x0a, 0xff));
  const ingest = rpcClient(asking, 'p', IngestDefinition, { timeoutMs });
  await expect(ingest.getIngestStatus({ libraryId: nothing })).rejects.toMatchObject({
    code: 'malformed-message',
  });
});

test('what a handler throws arrives, and a call may have its own deadline', async () => {
  const getIngestStatus = async ({ libraryId }: IngestStatusRequest): Promise<IngestStatusReply> => {
    if (libraryId.length === 0) throw new ShoalError('not-found', 'no such library', { field: 'library_id' });
    return new Promise(() => {});
  };
  serveRpc(serving, 'p', IngestDefinition, { getIngestStatus }, ['getIngestStatus']);
  const ingest = rpcClient(asking, 'p', IngestDefinition, { timeoutMs });
  await expect(ingest.getIngestStatus({ libraryId: nothing })).rejects.toMatchObject({
    code: 'not-found',
    subject: { field: 'library_id' },
  });
  const hanging = ingest.getIngestStatus({ libraryId: Buffer.of(1) }, { timeoutMs: 30 });
  await expect(hanging).rejects.toMatchObject({ code: 'deadline-exceeded' });
});
