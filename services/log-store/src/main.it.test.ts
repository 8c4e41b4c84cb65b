import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { credentials, Metadata } from '@grpc/grpc-js';
import { type Bus, connectNats, rpcClient, subjects } from '@shoal/bus';
import { type LibraryId, limits, type Version } from '@shoal/core';
import {
  type AppendRequest,
  entryToWire,
  LogStoreClient,
  LogStoreDefinition,
  uuidToBytes,
} from '@shoal/proto';
import {
  addLibrary,
  connectLocal,
  type Home,
  hubLibraryFile,
  newLibraryFile,
  readNatsRun,
  readServiceRun,
  type StartedService,
  silentLog,
} from '@shoal/service-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { start } from './main.ts';
import { makeEntry } from './testing/make-entry.ts';
import { startHub, startNatsDevice } from './testing/nats-device.ts';

const within = { timeout: 20_000, interval: 10 };
const program = fileURLToPath(new URL('./main.ts', import.meta.url));

const startHere = async (home: Home): Promise<StartedService> => {
  const service = await start({ home: home.paths.dir });
  onTestFinished(() => service.stop());
  return service;
};
const callerOf = async (home: Home) => {
  const bus: Bus = await connectLocal(home, { service: 'capture', log: silentLog() });
  onTestFinished(() => bus.close());
  const prefix = subjects.local.rpc(home.config.deviceId, 'log-store');
  return rpcClient(bus, prefix, LogStoreDefinition, { timeoutMs: limits.requestMs });
};
/** The service as a process of its own, once it is ready. */
const runProgram = async (home: Home): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [program, '--home', home.paths.dir], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SHOAL_LOG_LEVEL: 'warn' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const isReady = () => readServiceRun(home.paths, 'log-store').then((run) => run?.pid === child.pid);
  await expect.poll(isReady, within).toBe(true);
  return child;
};
const groupOf = (libraryId: LibraryId, home: Home, ...records: readonly number[]) => ({
  libraryId: uuidToBytes(libraryId),
  entries: records.map((record) =>
    entryToWire(makeEntry({ record, at: record, libraryId, device: home.config.deviceId })),
  ),
});

describe('the log-store as a service', () => {
  it('serves each library of its home, also one that appears while it runs, over NATS and gRPC', async () => {
    const home = await startNatsDevice('one');
    const service = await startHere(home);
    const caller = await callerOf(home);
    const library = await addLibrary(home.paths, newLibraryFile({ name: 'later' }));
    const libraryId = uuidToBytes(library.libraryId);
    await expect
      .poll(() => caller.getLogStatus({ libraryId }).then(({ headSeq }) => headSeq, String), within)
      .toBe(0);
    expect(await caller.append(groupOf(library.libraryId, home, 1, 2))).toMatchObject({ appended: 2 });
    expect(statSync(library.paths.syncDb).mode & 0o777).toBe(0o600);

    const grpc = new LogStoreClient(service.grpc!, credentials.createInsecure());
    onTestFinished(() => grpc.close());
    const read = (token: string) =>
      new Promise<number>((resolve, reject) => {
        const metadata = new Metadata();
        metadata.set('authorization', `Bearer ${token}`);
        grpc.read({ libraryId, logId: '', fromSeq: 1, limit: 0 }, metadata, (error, reply) =>
          error === null ? resolve(reply.entries.length) : reject(error),
        );
      });
    expect(await read(home.token)).toBe(2);
    await expect(read('0'.repeat(64))).rejects.toThrow(/UNAUTHENTICATED/);
  });

  it('an unknown library and a bad group are refused by the field that is wrong, and change nothing', async () => {
    const home = await startNatsDevice('one');
    const library = await addLibrary(home.paths, newLibraryFile({ name: 'own' }));
    const other = newLibraryFile({ name: 'other' });
    await startHere(home);
    const caller = await callerOf(home);
    const good = groupOf(library.libraryId, home, 1);
    const bad: readonly [AppendRequest, string, string][] = [
      [{ ...good, libraryId: Buffer.from('short') }, 'malformed-message', 'library_id'],
      [groupOf(other.libraryId, home, 1), 'not-found', 'library_id'],
      [{ ...good, entries: groupOf(other.libraryId, home, 1).entries }, 'invalid-argument', 'library_id'],
      [
        {
          ...good,
          entries: [...good.entries, { ...good.entries[0]!, header: Buffer.from([1]) }],
        },
        'malformed-message',
        'header',
      ],
      [
        { ...good, entries: [{ ...good.entries[0]!, sealed: Buffer.alloc(0) }] },
        'malformed-message',
        'sealed',
      ],
    ];
    for (const [request, code, field] of bad) {
      await expect(caller.append(request)).rejects.toMatchObject({ code, subject: { field } });
    }
    expect(await caller.getLogStatus({ libraryId: good.libraryId })).toMatchObject({ headSeq: 0 });
  });

  it('[REP-1] two devices, each a leaf of a hub, have each other’s entries', async () => {
    const hub = await startHub();
    const library = newLibraryFile({ name: 'shared' });
    const homes = [await startNatsDevice('one', [hub]), await startNatsDevice('two', [hub])];
    for (const home of homes) {
      await addLibrary(home.paths, library);
      await startHere(home);
    }
    const [one, two] = homes as [Home, Home];
    const [callOne, callTwo] = [await callerOf(one), await callerOf(two)];
    await callOne.append(groupOf(library.libraryId, one, 1, 2, 3));
    await callTwo.append(groupOf(library.libraryId, two, 4, 5));
    const libraryId = uuidToBytes(library.libraryId);
    for (const caller of [callOne, callTwo]) {
      await expect
        .poll(() => caller.getLogStatus({ libraryId }).then(({ entries }) => entries), within)
        .toBe(5);
    }
    const [a, b] = [await callOne.getLogStatus({ libraryId }), await callTwo.getLogStatus({ libraryId })];
    expect(a.have).toEqual(b.have);
  });

  it('[TOP-4] [LOG-3] two members that are never on at once meet in a hub, which lets go by the word of the other', async () => {
    // The hub of NATS is always on, and beside it a log-store without a key: a process like any other.
    const nats = await startHub();
    const library = newLibraryFile({ name: 'shared' });
    const libraryId = uuidToBytes(library.libraryId);
    const [one, two, hub] = [
      await startNatsDevice('one', [nats]),
      await startNatsDevice('two', [nats]),
      await startNatsDevice('hub', [nats]),
    ];
    await addLibrary(one.paths, library);
    await addLibrary(two.paths, library);
    const { paths } = await addLibrary(hub.paths, hubLibraryFile(library));
    expect(readFileSync(paths.file, 'utf8')).not.toMatch(/key|secret/i);
    await runProgram(hub);
    const [callOne, callTwo, callHub] = [await callerOf(one), await callerOf(two), await callerOf(hub)];
    const entriesOf = (caller: typeof callHub) =>
      caller.getLogStatus({ libraryId }).then(({ entries }) => entries, String);
    const edit = (at: number, seen?: Version) =>
      makeEntry({
        record: 1,
        at,
        libraryId: library.libraryId,
        device: one.config.deviceId,
        domain: 'index',
        ...(seen && { seen }),
      });

    const first = await startHere(one);
    const before = edit(1);
    const entries = [before, edit(2, before.header.version)].map((entry) => entryToWire(entry));
    await callOne.append({ libraryId, entries });
    await expect.poll(() => entriesOf(callHub), within).toBe(2);
    await first.stop();

    const second = await startHere(two);
    await expect.poll(() => entriesOf(callTwo), within).toBe(2);
    expect(await entriesOf(callHub)).toBe(2);
    const { logId, headSeq } = await callTwo.getLogStatus({ libraryId });
    await callTwo.acknowledge({ libraryId, logId, appliedSeq: headSeq, fromSeq: 0, exceptions: [] });
    await callTwo.append(groupOf(library.libraryId, two, 7));
    // What the other member wrote comes, and what was superseded goes.
    await expect
      .poll(() => callHub.getLogStatus({ libraryId }).then(({ have }) => have.length), within)
      .toBe(2);
    await expect.poll(() => entriesOf(callHub), within).toBe(2);
    await expect(callHub.append(groupOf(library.libraryId, hub, 9))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await second.stop();

    await startHere(one);
    await expect
      .poll(() => callOne.getLogStatus({ libraryId }).then(({ have }) => have.length), within)
      .toBe(2);
  });

  it('[SEC-2] on the library’s subjects only Pull and Fetch are answered, and for that library alone', async () => {
    const home = await startNatsDevice('one');
    const [library, secret] = [newLibraryFile({ name: 'shared' }), newLibraryFile({ name: 'secret' })];
    await addLibrary(home.paths, library);
    await addLibrary(home.paths, secret);
    await startHere(home);
    const { deviceId } = home.config;
    const bus = await connectNats({
      servers: `127.0.0.1:${(await readNatsRun(home.paths))!.port}`,
      credentials: { token: home.token },
      inboxPrefix: 'inbox.test',
      name: 'test',
    });
    onTestFinished(() => bus.close());
    const peer = rpcClient(bus, subjects.shared.rpc(library.libraryId, deviceId), LogStoreDefinition, {
      timeoutMs: 2_000,
    });
    const pull = (libraryId: LibraryId) =>
      peer.pull({
        libraryId: uuidToBytes(libraryId),
        have: [],
        afterSeq: 0,
        logId: '',
        limit: 0,
        afterProof: Buffer.alloc(0),
      });
    expect(await pull(library.libraryId)).toMatchObject({ done: true, firstPage: true });
    const fetch = (id: LibraryId) => peer.fetch({ libraryId: uuidToBytes(id), records: [] });
    expect(await fetch(library.libraryId)).toMatchObject({ entries: [], full: false });
    await expect(fetch(secret.libraryId)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(pull(secret.libraryId)).rejects.toMatchObject({ code: 'invalid-argument' });
    const libraryId = uuidToBytes(library.libraryId);
    await expect(peer.append(groupOf(library.libraryId, home, 1))).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(peer.ask({ libraryId, wanted: [] })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(
      peer.acknowledge({ libraryId, logId: '', appliedSeq: 0, fromSeq: 0, exceptions: [] }),
    ).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('[CHG-8] what was acknowledged is there after SIGKILL, and SIGTERM ends it cleanly', async () => {
    // The hazard: an append is acknowledged, its outbox row removed, and the process dies. Crash point:
    // after-append-before-anything-else.
    const home = await startNatsDevice('one');
    const library = await addLibrary(home.paths, newLibraryFile({ name: 'own' }));
    const caller = await callerOf(home);
    const libraryId = uuidToBytes(library.libraryId);
    const first = await runProgram(home);
    for (let record = 1; record <= 20; record += 1) {
      await caller.append(groupOf(library.libraryId, home, record));
    }
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = await runProgram(home);
    expect(await caller.getLogStatus({ libraryId })).toMatchObject({ entries: 20, headSeq: 20 });
    expect(await caller.append(groupOf(library.libraryId, home, 20, 21))).toMatchObject({ appended: 1 });
    second.kill('SIGTERM');
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
