import { readFile } from 'node:fs/promises';
import { rpcClient, subjects } from '@shoal/bus';
import { type GatewayClient, type JsonQuarantined, uuidFromBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import { type Client, LogStoreDefinition, parseEntry } from '@shoal/proto';
import { connectLocal, silentLog, writePrivateFile } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, runShoal, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTag, writeTag } from './write-tag.ts';

/**
 * The hazard: an entry that a device cannot apply is lost from sight, or lost for good, or holds up the rest. The
 * method: real processes; B's log is given copies of A's entries with a byte of the sealed payload changed, while the
 * devices do not hear one another, or entries under a key that B gets later.
 */
let fleet: Fleet;
let libraryId: Buffer;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  libraryId = fleet.libraryId;
});
afterAll(() => fleet?.close());

test('[ING-3] [S4-13] a damaged entry is shown, tried again and discarded by command, and the good copy still counts', async () => {
  const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
  await fleet.converged();
  await fleet.stopHub();
  const onA = await a.gateway();
  const tags = [];
  for (const canonical_name of ['under-seal-1', 'under-seal-2'])
    tags.push(await writeTag(onA, { libraryId, fields: { canonical_name } }));
  await giveDamaged(a, b, tags);

  const waiting = await until('both wait', async () => {
    const list = await quarantine<JsonQuarantined[]>(b, 'list');
    return list.length === 2 ? list : undefined;
  });
  expect(waiting.map(({ record }) => record).sort()).toEqual([...tags].sort());
  expect(waiting[0]).toMatchObject({
    model: 'tag',
    device: a.home.config.deviceId,
    code: 'unsealing-failed',
  });
  const [kept, discarded] = waiting as [JsonQuarantined, JsonQuarantined];
  expect(await quarantine(b, 'show', String(kept.id))).toMatchObject({ ...kept, attempts: kept.attempts });
  expect(JSON.stringify(waiting)).not.toContain('under-seal');
  // What is written beside it is not held up.
  const beside = await writeTag(await b.gateway(), { libraryId, fields: { canonical_name: 'beside' } });

  expect(await quarantine(b, 'retry')).toEqual({ applied: 0, waiting: 2 });
  expect(await quarantine(b, 'discard', String(discarded.id))).toEqual({ discarded: 1, waiting: 1 });
  expect((await quarantine<JsonQuarantined[]>(b, 'list')).map(({ id }) => id)).toEqual([kept.id]);
  const again = await shoal(b, 'retry', String(discarded.id));
  expect(again).toMatchObject({ code: 4, stderr: expect.stringMatching(/^\{"code":"not-found",/) });

  await fleet.startHub();
  await fleet.converged({ isWanted: (lines) => lines.filter((line) => line.includes('"tag"')).length === 3 });
  expect(await readTag(onA, libraryId, beside)).toBeDefined();
  expect(await quarantine(b, 'list')).toEqual([]);
});

test('[ING-3] an entry whose key comes later is applied by itself once it is here', async () => {
  const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
  const fileOf = ({ home }: DeviceProcess) => home.paths.library(libraryName()).file;
  const file = JSON.parse(await readFile(fileOf(a), 'utf8'));
  const key = { id: 2, key: Buffer.alloc(32, 9).toString('base64') };
  const keys = [...file.keys, key];
  await a.stop();
  await writePrivateFile(fileOf(a), JSON.stringify({ ...file, keys, currentKey: 2 }));
  await a.start();
  const tag = await writeTag(await a.gateway(), { libraryId, fields: { canonical_name: 'sealed anew' } });
  const [waits] = await until('it waits', async () => {
    const list = await quarantine<JsonQuarantined[]>(b, 'list');
    return list.length > 0 ? list : undefined;
  });
  expect(waits).toMatchObject({ record: tag, code: 'unsealing-failed', retry: expect.any(String) });
  const fileOfB = JSON.parse(await readFile(fileOf(b), 'utf8'));
  await writePrivateFile(fileOf(b), JSON.stringify({ ...fileOfB, keys }));
  const onB = await b.gateway();
  await until('it is there', () => found(onB, tag), { deadlineMs: 30_000, pollMs: 200 });
  expect(await quarantine(b, 'list')).toEqual([]);
});

const libraryName = () => uuidFromBytes<LibraryId>(libraryId, 'library_id');

/** Copies of what A's log has of records, each with a changed byte, as B's log takes them in. */
async function giveDamaged(a: DeviceProcess, b: DeviceProcess, records: readonly string[]): Promise<void> {
  const entries = await until('they are in the log of A', () =>
    withLogStore(a, async (logStore) => {
      const page = await logStore.read({ libraryId, logId: '', fromSeq: 1, limit: 1_000 });
      const found = page.entries
        .map(({ entry }) => entry!)
        .filter((entry) => records.includes(parseEntry(entry).header.recordId));
      return found.length === records.length ? found : undefined;
    }),
  );
  const damaged = entries.map((entry) => {
    const sealed = Buffer.from(entry.sealed);
    sealed[30]! ^= 1;
    return { ...entry, sealed, position: undefined };
  });
  await withLogStore(b, (logStore) => logStore.append({ libraryId, entries: damaged }));
}

async function withLogStore<T>(
  { home }: DeviceProcess,
  work: (logStore: Client<typeof LogStoreDefinition>) => Promise<T>,
): Promise<T> {
  const bus = await connectLocal(home, { service: 'gateway', log: silentLog() });
  try {
    const prefix = subjects.local.rpc(home.config.deviceId, 'log-store');
    return await work(rpcClient(bus, prefix, LogStoreDefinition, { timeoutMs: 10_000 }));
  } finally {
    await bus.close();
  }
}

async function found(gateway: GatewayClient, id: string) {
  return readTag(gateway, libraryId, id).catch(() => undefined);
}

const shoal = ({ home }: DeviceProcess, ...args: readonly string[]) =>
  runShoal(['quarantine', ...args, '--home', home.paths.dir, '--json'], fleet);

async function quarantine<T = unknown>(device: DeviceProcess, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await shoal(device, ...args);
  if (code !== 0) throw new Error(`shoal quarantine ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
