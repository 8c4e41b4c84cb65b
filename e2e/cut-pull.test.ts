import { connectNats, subjects } from '@shoal/bus';
import { fromJson, MutationKind, uuidToBytes } from '@shoal/client';
import { limits } from '@shoal/core';
import { type PositionedEntry, PullReply, parsePositionedEntry } from '@shoal/proto';
import { readNatsRun, uuidV7 } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logProblems, readShownLog } from './log-problems.ts';

/**
 * The hazard: a device that was away pulls thousands of entries, and in the middle a log-store dies, its own or that of
 * the other. What was stored must not be fetched again for ever, and nothing may be claimed that did not come (REP-2).
 * The method: all answers that come to the device are listened to; each page must come once, but for those in hand: the one
 * being stored, and the one that is asked for meanwhile.
 */
let fleet: Fleet;
let listening: Listening | undefined;

/** What a device was given. */
interface Listening {
  /** How often each entry came, by stream and number. */
  readonly timesByPlace: ReadonlyMap<string, number>;
  onPage: () => void;
  stop(): Promise<void>;
}

beforeAll(async () => {
  fleet = await startFleet({ hasCrashPoints: true });
  await fleet.converged();
});
afterAll(async () => {
  await listening?.stop();
  await fleet?.close();
});

const count = 4 * limits.batchEntriesMax;

/** Writes `count` tags on A while B is away. */
async function writtenWithout(b: DeviceProcess, a: DeviceProcess): Promise<readonly string[]> {
  await b.stop();
  const gateway = await a.gateway();
  const ids = Array.from({ length: count }, () => uuidV7(Date.now()));
  for (let at = 0; at < count; at += limits.mutationsMax) {
    const mutations = ids.slice(at, at + limits.mutationsMax).map((id) => ({
      kind: MutationKind.MUTATION_KIND_PUT,
      model: 'tag',
      recordId: uuidToBytes(id),
      fields: fromJson({ canonical_name: id }),
      seen: [],
    }));
    await gateway.write({ libraryId: fleet.libraryId, mutations });
  }
  await until('all is in the log of A', async () => {
    const { capture } = await gateway.getStatus({ libraryId: fleet.libraryId });
    return capture?.outbox === 0;
  });
  return ids;
}

/** Listens to the answers to a device's requests, at its own nats-server; who asks sees no difference. */
async function listen({ home }: DeviceProcess): Promise<Listening> {
  const nats = await until('nats-server runs', () => readNatsRun(home.paths));
  const inboxPrefix = subjects.shared.inboxPrefix(home.config.deviceId);
  const bus = await connectNats({
    servers: `127.0.0.1:${nats.port}`,
    credentials: { token: home.token },
    inboxPrefix: 'listener',
    name: 'listener',
  });
  const timesByPlace = new Map<string, number>();
  const heard: Listening = { timesByPlace, onPage: () => undefined, stop: () => bus.close() };
  bus.subscribe(`${inboxPrefix}.>`, ({ payload }) => {
    const entries = entriesOf(payload);
    for (const { position } of entries) {
      const place = `${position.stream} ${position.originSeq}`;
      timesByPlace.set(place, (timesByPlace.get(place) ?? 0) + 1);
    }
    if (entries.length > 0) heard.onPage();
  });
  await bus.flush();
  return heard;
}

/** The entries of an answer; of other answers than pages none. */
function entriesOf(payload: Uint8Array): PositionedEntry[] {
  try {
    return PullReply.decode(payload).entries.map(parsePositionedEntry);
  } catch {
    return [];
  }
}

/** All is on both devices, and how often what came to B came. */
async function pulled(ids: readonly string[]): Promise<{ readonly once: number; readonly again: number }> {
  const lines = await fleet.converged({ isWanted: (all) => all.length >= ids.length, deadlineMs: 90_000 });
  const shown = new Set(lines.map((line) => String(JSON.parse(line).uuid)));
  expect(ids.filter((id) => !shown.has(id))).toEqual([]);
  await until('the logs are whole', async () => {
    const gateways = await Promise.all(fleet.devices.map((device) => device.gateway()));
    const logs = await Promise.all(gateways.map((gateway) => readShownLog(gateway, fleet.libraryId)));
    const wrong = logProblems(logs);
    if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('; '));
    return true;
  });
  const times = [...listening!.timesByPlace.values()];
  return { once: times.length, again: times.reduce((sum, time) => sum + time - 1, 0) };
}

test('[REP-2] [ING-2] the log-store that pulls dies in the middle: it goes on behind the last page that it stored', async () => {
  const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
  const ids = await writtenWithout(b, a);
  await b.crashPoints().arm('store.before-commit', 3);
  const starting = b.start();
  listening = await listen(b);
  await starting;
  await b.crashPoints().crash('store.before-commit');
  const { once, again } = await pulled(ids);
  // The page in hand comes again and the one that was asked for ahead of it, and no other.
  expect(once).toBeGreaterThanOrEqual(count - 2 * limits.batchEntriesMax);
  expect(again).toBeLessThanOrEqual(2 * limits.batchEntriesMax);
  await listening.stop();
});

test('[REP-2] [ING-2] the log-store that serves dies in the middle: nothing that was stored is fetched again', async () => {
  const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
  const ids = await writtenWithout(b, a);
  const killed = await a.pidOf('log-store');
  let pages = 0;
  const starting = b.start();
  listening = await listen(b);
  listening.onPage = () => {
    pages += 1;
    if (pages === 2) process.kill(killed, 'SIGKILL');
  };
  await starting;
  await until(
    'the log-store of A was killed and runs again',
    async () => (await a.pidOf('log-store')) !== killed,
  );
  const { once, again } = await pulled(ids);
  expect(once).toBeGreaterThan(count - limits.batchEntriesMax);
  // A round begun anew asks from what the device has, which two stored pages have moved.
  expect(again).toBeLessThanOrEqual(limits.batchEntriesMax);
});
