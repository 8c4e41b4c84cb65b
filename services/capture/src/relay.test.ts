import { memoryNetwork, rpcClient, serveRpc } from '@shoal/bus';
import { type LibraryId, limits, ShoalError } from '@shoal/core';
import type { Library, Shipment } from '@shoal/library';
import { AppendReply, type AppendRequest, LogStoreDefinition } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, test } from 'vitest';
import { captureConfig } from './config.ts';
import { startRelay } from './relay.ts';

/** What the relay sees of a library: one change waits until the log has it. */
function waitingChange() {
  const entry = {
    headerBytes: Uint8Array.of(1),
    sealed: Uint8Array.of(2),
    signature: new Uint8Array(),
  } as Shipment['entries'][number];
  const row = { id: 1 } as Shipment['rows'][number];
  let rows = [row];
  const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;
  const library: Parameters<typeof startRelay>[0]['library'] = {
    options: { libraryId } as Library['options'],
    logMemory: { sightings: () => [], lastAppend: () => null } as never,
    readOutbox: () => ({ entries: rows.map(() => entry), rows }),
    clearOutbox: async () => {
      rows = [];
    },
  };
  return {
    library,
    left: () => rows.length,
    /** One more change, of which nobody is told. */
    write: () => {
      rows = [row];
    },
  };
}

/** So many changes that wait, in order. */
function waitingRows(count: number, onClear: () => void = () => undefined) {
  const { library } = waitingChange();
  const entry = library.readOutbox(1).entries[0]!;
  let rows = Array.from({ length: count }, (_, index) => ({ id: index + 1 })) as unknown as Shipment['rows'];
  const waiting: typeof library = {
    ...library,
    readOutbox: (limit, afterId = 0) => {
      const read = rows.filter(({ id }) => id > afterId).slice(0, limit);
      return { rows: read, entries: read.map(() => entry) };
    },
    clearOutbox: async (cleared) => {
      onClear();
      rows = rows.filter((row) => !cleared.includes(row));
    },
  };
  return { library: waiting, left: () => rows.length };
}

const life = Buffer.alloc(24);
const reply: AppendReply = { ...AppendReply.decode(Buffer.alloc(0)), appended: 1, headSeq: 1, life };
const recognise = async () => ({ logId: '', life, settling: false });
/** Against what hangs; no test waits so long. */
const within = { timeout: 20_000, interval: 5 };

test('[S0-57] [CHG-8] a change is shipped on signal, long before the relay would look by itself', async () => {
  const { library, left, write } = waitingChange();
  const logStore = { append: async () => reply, recognise };
  const relay = startRelay({ library, logStore, log: silentLog(), idleMs: 3_600_000 });
  await expect.poll(left, within).toBe(0);
  for (let change = 0; change < 3; change += 1) {
    write();
    relay.signal();
    await expect.poll(left, within).toBe(0);
  }
  await relay.stop();
});

test('[S0-57] [CHG-8] a change of which the relay hears nothing is shipped too: it looks every 100 ms, or as it is told', async () => {
  expect([captureConfig({}).relayMs, captureConfig({ SHOAL_RELAY_MS: '5' }).relayMs]).toEqual([100, 5]);
  const { library, left, write } = waitingChange();
  const logStore = { append: async () => reply, recognise };
  const relay = startRelay({ library, logStore, log: silentLog(), idleMs: captureConfig({}).relayMs });
  for (let change = 0; change < 3; change += 1) {
    await expect.poll(left, within).toBe(0);
    write();
  }
  await expect.poll(left, within).toBe(0);
  await relay.stop();
});

test.each(['0', '1.5', 'soon', '60001', ''])('[SEC-5] SHOAL_RELAY_MS=%s is refused by name', (given) => {
  expect(() => captureConfig({ SHOAL_RELAY_MS: given })).toThrow(/^SHOAL_RELAY_MS: /);
});

test('[S0-18] [S1-38] [REP-4] what was written before there is a log-store is shipped when there is one', async () => {
  const network = memoryNetwork();
  const { library, left } = waitingChange();
  const here = network.connect();
  const client = rpcClient(here.bus, 'log-store', LogStoreDefinition, { timeoutMs: limits.requestMs });
  let attempts = 0;
  const logStore: Parameters<typeof startRelay>[0]['logStore'] = {
    append: client.append,
    recognise: (...args) => {
      attempts += 1;
      return client.recognise(...args);
    },
  };
  // Not even the bus is there.
  here.cut();
  const relay = startRelay({ library, logStore, log: silentLog() });
  await expect.poll(() => attempts, within).toBeGreaterThan(1);
  here.heal();
  await expect.poll(() => attempts, within).toBeGreaterThan(3);
  expect(left()).toBe(1);
  const handlers = { append: async () => reply, recognise };
  serveRpc(network.connect().bus, 'log-store', LogStoreDefinition, handlers, ['append', 'recognise']);
  await expect.poll(left, within).toBe(0);
  await relay.stop();
});

test('[REP-4] [CHG-8] a log-store killed with an append in hand is served within seconds of its return', async () => {
  // The hazard: who dies answers nothing, not even that it is gone, and the outbox waited for its whole deadline.
  // Crash point: after-append-before-ack, so the same change comes once more.
  const network = memoryNetwork();
  const { library, left } = waitingChange();
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
  await expect.poll(left, within).toBe(0);
  expect(again).toBe(1);
  await relay.stop();
});

test('[CHG-8] the next group is under way while the first is taken out of the outbox, and nothing goes twice', async () => {
  const sent: number[] = [];
  const underWay: number[] = [];
  const { library, left } = waitingRows(2 * limits.batchEntriesMax + 1, () => underWay.push(sent.length));
  const logStore = {
    append: async ({ entries }: AppendRequest) => {
      sent.push(entries.length);
      return reply;
    },
    recognise,
  };
  const relay = startRelay({ library, logStore, log: silentLog(), idleMs: 3_600_000 });
  await expect.poll(left, within).toBe(0);
  expect(sent).toEqual([limits.batchEntriesMax, limits.batchEntriesMax, 1]);
  expect(underWay).toEqual([2, 3, 3]);
  await relay.stop();
});

test('[CHG-8] a group that follows one that failed waits for it, as they are in order', async () => {
  const sent: number[] = [];
  const { library, left } = waitingRows(limits.batchEntriesMax + 1);
  const logStore = {
    append: async ({ entries }: AppendRequest) => {
      sent.push(entries.length);
      if (sent.length === 1) throw new ShoalError('unavailable', 'not now');
      return reply;
    },
    recognise,
  };
  const relay = startRelay({ library, logStore, log: silentLog(), idleMs: 3_600_000 });
  await expect.poll(left, within).toBe(0);
  expect(sent).toEqual([limits.batchEntriesMax, limits.batchEntriesMax, 1]);
  await relay.stop();
});
