import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  deviceServerConfig,
  findNatsServer,
  type NatsServerProcess,
  serveRpc,
  startNatsServer,
  subjects,
} from '@shoal/bus';
import { connectGateway, type GatewayClient, toJson } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import {
  CaptureDefinition,
  type Handlers,
  MutationKind,
  RecordsChanged,
  uuidToBytes,
  type WatchEvent,
} from '@shoal/proto';
import {
  connectLocal,
  hostService,
  readServiceRun,
  type StartedService,
  silentLog,
  startTimeOf,
  writeNatsRun,
} from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';
import { start } from './main.ts';

/** A gateway against a real nats-server and a real library.db; capture is a stand-in of a few lines. */
let fixture: GatewayFixture;
let nats: NatsServerProcess;
let ends: (() => Promise<unknown> | unknown)[];
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const deadline = { timeout: 20_000, interval: 20 };

beforeEach(async () => {
  vi.stubEnv('SHOAL_LOG_LEVEL', 'silent');
  fixture = await gatewayFixture();
  ends = [];
  await startNats(0);
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await nats.stop();
  await fixture.close();
});

async function startNats(port: number): Promise<void> {
  const { paths, config, token } = fixture.home;
  nats = await startNatsServer({
    executable: findNatsServer(),
    config: deviceServerConfig({ deviceId: config.deviceId, port, token, leafRemotes: [] }),
    configPath: paths.natsConfig,
    logPath: paths.serviceLog('nats'),
    portsFolder: paths.run,
  });
  const { pid } = nats;
  await writeNatsRun(paths, { pid, startTime: startTimeOf(pid)!, port: nats.port });
}

async function startGateway(): Promise<StartedService & { readonly client: GatewayClient }> {
  const service = await hostService('gateway', start, { home: fixture.home.paths.dir });
  ends.push(() => service.stop());
  return { ...service, client: connect(service.grpc!) };
}

function connect(address: string): GatewayClient {
  const client = connectGateway({ address, token: fixture.home.token });
  ends.push(() => client.close());
  return client;
}

/** Serves capture's calls from the device's bus, and can say that records changed. */
async function startCapture(handlers: Partial<Handlers<typeof CaptureDefinition>>) {
  const { deviceId } = fixture.home.config;
  const bus = await connectLocal(fixture.home, { service: 'capture', log: silentLog() });
  ends.push(() => bus.close());
  const prefix = subjects.local.rpc(deviceId, 'capture');
  serveRpc(bus, prefix, CaptureDefinition, handlers as Handlers<typeof CaptureDefinition>);
  return {
    hint: (id: string) => {
      const record = { model: 'tag', recordId: uuidToBytes(id), removed: false, local: true };
      const message = { libraryId: fixture.libraryId, records: [record], more: false };
      bus.publish(subjects.local.recordsChanged(deviceId), RecordsChanged.encode(message).finish());
    },
  };
}

const tagNamed = (name: string) => ({
  libraryId: fixture.libraryId,
  mutations: [
    {
      kind: MutationKind.MUTATION_KIND_PUT,
      model: 'tag',
      recordId: Buffer.alloc(0),
      fields: [{ field: 'canonical_name', value: { kind: { $case: 'text' as const, value: name } } }],
      seen: [],
    },
  ],
});

test('a write goes through capture, a read sees it, and a refusal of capture comes back with its field', async () => {
  await startCapture({
    write: async ({ mutations }) => {
      const value = mutations[0]!.fields[0]!.value?.kind?.value;
      if (value === '') throw new ShoalError('invalid-argument', 'empty', { field: 'canonical_name' });
      const id = await fixture.put('tag', { canonical_name: String(value) });
      return { records: [{ model: 'tag', recordId: uuidToBytes(id), version: [] }] };
    },
  });
  const { client } = await startGateway();
  const { records } = await client.write(tagNamed('holiday'));
  const { recordId } = records[0]!;
  const record = await client.getRecord({ libraryId: fixture.libraryId, model: 'tag', recordId });
  expect(toJson(record)).toMatchObject({ model: 'tag', fields: { canonical_name: 'holiday' } });
  await expect(client.write(tagNamed(''))).rejects.toMatchObject({
    code: 'invalid-argument',
    subject: { field: 'canonical_name' },
  });
});

test('a service that does not run is named in the status at once, and its calls are unavailable', async () => {
  const { client } = await startGateway();
  const status = await client.getStatus({ libraryId: fixture.libraryId });
  expect(status.unreachable).toEqual(['capture', 'ingest', 'log-store']);
  expect(status.library?.libraryDb).toBe(fixture.place.paths.libraryDb);
  await expect(client.write(tagNamed('holiday'))).rejects.toMatchObject({ code: 'unavailable' });
});

test('without nats-server the status says that it is this which lacks', async () => {
  const { client } = await startGateway();
  const { port } = nats;
  await nats.stop();
  await expect
    .poll(async () => (await client.getStatus({ libraryId: fixture.libraryId })).problems)
    .toMatchObject([{ service: 'nats', code: 'unavailable', message: expect.stringContaining('nats.log') }]);
  await startNats(port);
});

test('a watch hears of a change by its hint, and of a gap when the bus was away', async () => {
  const capture = await startCapture({});
  const { client } = await startGateway();
  const events = client.watch({ libraryId: fixture.libraryId, model: 'tag' })[Symbol.asyncIterator]();
  const next = async (): Promise<WatchEvent> => (await events.next()).value;
  expect(await next()).toMatchObject({ gap: true });
  const id = await fixture.put('tag', { canonical_name: 'holiday' });
  capture.hint(id);
  expect(await next()).toMatchObject({ gap: false, recordId: uuidToBytes(id), local: true });
  const { port } = nats;
  await nats.stop();
  await startNats(port);
  expect(await next()).toMatchObject({ gap: true });
});

test('a change whose hint was lost is heard of as a gap', async () => {
  const { client } = await startGateway();
  const events = client.watch({ libraryId: fixture.libraryId, model: '' })[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ gap: true });
  const next = events.next();
  // Nobody hints. The first commits may come before the first look, which only notes where things stand.
  const committing = setInterval(() => void fixture.put('tag', { canonical_name: 'holiday' }), 500);
  expect((await next).value).toMatchObject({ gap: true });
  clearInterval(committing);
});

test('[SEC-4] as a process it says where it is, answers its token alone, and ends clean on SIGTERM', async () => {
  const child = spawn(process.execPath, [main, '--home', fixture.home.paths.dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'exit');
  ends.push(() => child.kill('SIGKILL'));
  const run = await vi.waitFor(async () => {
    const found = await readServiceRun(fixture.home.paths, 'gateway');
    expect(found?.pid).toBe(child.pid);
    return found!;
  }, deadline);
  expect((await connect(run.grpc!).listLibraries({})).libraries).toHaveLength(1);
  const status = (headers: Record<string, string>) => fetch(`http://${run.http}/status`, { headers });
  expect((await status({})).status).toBe(401);
  const answer = await status({ authorization: `Bearer ${fixture.home.token}` });
  expect(await answer.json()).toMatchObject({
    deviceId: fixture.home.config.deviceId,
    libraries: [{ library: { libraryId: fixture.place.libraryId } }],
  });
  expect(await (await fetch(`http://${run.http}/health`)).json()).toEqual({ ok: true });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('without a nats-server it does not start, and says what to do', async () => {
  await nats.stop();
  const child = spawn(process.execPath, [main, '--home', fixture.home.paths.dir], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  expect(await once(child, 'close')).toEqual([8, null]);
  expect(stderr).toContain('unavailable: no nats-server runs');
  await startNats(0);
});

test('a home of another token is refused by the nats-server', async () => {
  const stranger = { ...fixture.home, token: 'b'.repeat(64) };
  await expect(
    connectLocal(stranger, { service: 'gateway', log: silentLog(), deadlineMs: 5_000 }),
  ).rejects.toMatchObject({ code: 'unauthenticated' });
});
