import { memoryNetwork, rpcClient, serveRpc } from '@shoal/bus';
import { type LibraryId, limits } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import { registry } from '@shoal/models';
import { LogStoreDefinition, ReadReply } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, test } from 'vitest';
import { startFollower } from './follow.ts';

type Followed = Parameters<typeof startFollower>[0]['library'];

/** A library that has applied `cursor`; a log without more gives it nothing to apply. */
function libraryAt(cursor: Cursor): Followed {
  const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
  return {
    options: { libraryId } as Library['options'],
    cursor: { read: () => cursor } as Library['cursor'],
    apply: () => Promise.reject(new Error('nothing to apply')),
    registry,
    shippedAfter: () => undefined,
    quarantine: () => Promise.reject(new Error('nothing to set aside')),
    exceptions: { between: () => [] },
    sweepExceptions: async () => undefined,
    logMemory: {
      sightings: () => [],
      lastAppend: () => null,
      lastRead: () => null,
      wholeLogId: () => cursor.logId,
      knowsNoOther: () => true,
    },
    readRecords: () => ({ entries: [], last: null, hasLeftOut: false }),
    setWholeLog: async () => undefined,
    missingRecords: () => [],
    quarantined: { count: () => 0, waiting: () => [], due: () => [] },
    retryQuarantined: () => Promise.reject(new Error('nothing to try again')),
    discardQuarantined: () => Promise.reject(new Error('nothing to discard')),
    readLeftOut: async () => undefined,
  };
}

const cursor = { logId: 'log', appliedSeq: 7, appliedEntries: 7 } as Cursor;
const life = Buffer.alloc(24);
const methods = ['read', 'acknowledge'] as const;

test.each(methods)(
  '[REP-4] a log-store killed with a request in hand is served within seconds of its return: %s',
  async (dying) => {
    // The hazard: who dies answers nothing, not even that it is gone, and ingest waited for its whole deadline.
    const network = memoryNetwork();
    const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
    const serve = (onCall: (method: string) => void) => {
      const endpoint = network.connect();
      const handlers = {
        read: async () => {
          onCall('read');
          return { ...ReadReply.decode(Buffer.alloc(0)), logId: cursor.logId, headSeq: 7, nextSeq: 8, life };
        },
        recognise: async () => ({ logId: cursor.logId, life, settling: false }),
        acknowledge: async () => {
          onCall('acknowledge');
          return {};
        },
      };
      serveRpc(endpoint.bus, 'log-store', LogStoreDefinition, handlers, [...methods, 'recognise']);
      return endpoint;
    };
    const first = serve((method) => {
      if (method !== dying) return;
      first.cut();
      kill();
    });
    const client = rpcClient(network.connect().bus, 'log-store', LogStoreDefinition, {
      timeoutMs: limits.requestMs,
    });
    const follower = startFollower({ library: libraryAt(cursor), logStore: client, log: silentLog() });
    await killed;
    const served: string[] = [];
    serve((method) => served.push(method));
    await expect.poll(() => follower.state().state, { timeout: (2 * limits.requestMs) / 3 }).toBe('ready');
    expect(served.slice(0, 2)).toEqual(['read', 'acknowledge']);
    await follower.stop();
  },
);
