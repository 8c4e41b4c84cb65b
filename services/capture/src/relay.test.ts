import { memoryNetwork, rpcClient, serveRpc } from '@shoal/bus';
import { type LibraryId, limits } from '@shoal/core';
import type { Library, Shipment } from '@shoal/library';
import { AppendReply, type AppendRequest, LogStoreDefinition } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, test } from 'vitest';
import { startRelay } from './relay.ts';

/** What the relay sees of a library: one change waits until the log has it. */
function waitingChange(): { readonly library: Parameters<typeof startRelay>[0]['library']; left(): number } {
  const entry = {
    headerBytes: Uint8Array.of(1),
    sealed: Uint8Array.of(2),
    signature: new Uint8Array(),
  } as Shipment['entries'][number];
  let rows = [{ id: 1 } as Shipment['rows'][number]];
  const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
  return {
    library: {
      options: { libraryId } as Library['options'],
      logMemory: { sightings: () => [] } as never,
      readOutbox: () => ({ entries: rows.map(() => entry), rows }),
      clearOutbox: async () => {
        rows = [];
      },
    },
    left: () => rows.length,
  };
}

test('[REP-4] [CHG-8] a log-store killed with an append in hand is served within seconds of its return', async () => {
  // The hazard: who dies answers nothing, not even that it is gone, and the outbox waited for its whole deadline.
  // Crash point: after-append-before-ack, so the same change comes once more.
  const network = memoryNetwork();
  const { library, left } = waitingChange();
  const life = Buffer.alloc(24);
  const reply: AppendReply = { ...AppendReply.decode(Buffer.alloc(0)), appended: 1, headSeq: 1, life };
  const recognise = async () => ({ logId: '', life, settling: false });
  const serve = (append: (request: AppendRequest) => Promise<AppendReply>) => {
    const endpoint = network.connect();
    serveRpc(endpoint.bus, 'log-store', LogStoreDefinition, { append, recognise }, ['append', 'recognise']);
    return endpoint;
  };
  const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
  const first = serve(async () => {
    first.cut();
    kill();
    return reply;
  });
  const client = rpcClient(network.connect().bus, 'log-store', LogStoreDefinition, {
    timeoutMs: limits.requestMs,
  });
  const relay = startRelay({ library, logStore: client, log: silentLog() });
  await killed;
  let again = 0;
  serve(async ({ entries }) => {
    again += entries.length;
    return reply;
  });
  await expect.poll(left, { timeout: 2 * limits.logAttemptMs }).toBe(0);
  expect(again).toBe(1);
  await relay.stop();
});
