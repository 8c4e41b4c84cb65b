import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { DeviceId, LibraryId } from '@shoal/core';
import { IngestDefinition, IngestStatusReply } from '@shoal/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bus } from './bus.ts';
import { connectNats } from './connect-nats.ts';
import { rpcClient, serveRpc } from './rpc.ts';
import { subjects } from './subjects.ts';
import { settled } from './testing/bus-bench.ts';
import { type TestServer, type TestServers, testServers } from './testing/nats-servers.ts';
import { until } from './testing/until.ts';

const library = randomUUID() as LibraryId;
const device = randomUUID() as DeviceId;
const other = randomUUID() as DeviceId;
const timeoutMs = 20_000;
const nothing = Buffer.alloc(0);
let servers: TestServers;
let hub: Awaited<ReturnType<TestServers['hub']>>;
const buses: Bus[] = [];

beforeEach(async () => {
  servers = await testServers();
  hub = await servers.hub();
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await servers.close();
});

async function connectTo(server: TestServer, inboxPrefix: string, token = server.token): Promise<Bus> {
  const bus = await connectNats({
    servers: `127.0.0.1:${server.port}`,
    credentials: { token },
    inboxPrefix,
    name: 'test',
  });
  buses.push(bus);
  return bus;
}

/** Between devices an answer is asked for again until the links are up. */
async function untilAnswered(asking: Bus, subject: string): Promise<void> {
  await until(`${subject} answers`, () =>
    asking.request(subject, nothing, { timeoutMs: 500 }).then(
      () => true,
      () => false,
    ),
  );
}

test("[SEC-2] a listener on the hub sees neither a device's local subjects nor its inboxes", async () => {
  const server = await servers.device({ deviceId: device, hubs: [hub.remote] });
  const { user, password } = hub.remote;
  const listener = await connect({ servers: `127.0.0.1:${hub.port}`, user, pass: password });
  const seen: string[] = [];
  listener.subscribe('>', {
    callback: (_error, message) => {
      seen.push(message.subject, message.reply ?? '');
    },
  });
  await listener.flush();
  const inbox = subjects.local.inboxPrefix(device);
  const [serving, asking] = [await connectTo(server, inbox), await connectTo(server, inbox)];
  const prefix = subjects.local.rpc(device, 'ingest');
  const status = { ...IngestStatusReply.decode(nothing), logId: 'the log' };
  const getIngestStatus = async () => status;
  serveRpc(serving, prefix, IngestDefinition, { getIngestStatus }, ['getIngestStatus']);
  await settled(serving);
  const live = subjects.shared.live(library, device);
  await until('the listener hears what goes to the library', () => {
    asking.publish(live, nothing);
    return seen.includes(live);
  });

  const ingest = rpcClient(asking, prefix, IngestDefinition, { timeoutMs });
  for (let round = 0; round < 20; round += 1) {
    expect(await ingest.getIngestStatus({ libraryId: nothing })).toMatchObject({ logId: 'the log' });
    asking.publish(subjects.local.recordsChanged(device), nothing);
  }
  // Last over the same connection and link, so all that could be seen was seen by then.
  asking.publish('end', nothing);
  await until('the end is heard', () => seen.includes('end'));
  expect(seen.filter((subject) => subject.startsWith('local.') || /inbox/i.test(subject))).toEqual([]);
  await listener.close();
});

test("[SEC-2] what the hub publishes under a device's local subjects does not reach the device", async () => {
  const server = await servers.device({ deviceId: device, hubs: [hub.remote] });
  const { user, password } = hub.remote;
  const speaker = await connect({ servers: `127.0.0.1:${hub.port}`, user, pass: password });
  const bus = await connectTo(server, subjects.local.inboxPrefix(device));
  const heard: string[] = [];
  bus.subscribe('>', ({ subject }) => heard.push(subject));
  await until('the device hears the hub', () => {
    speaker.publish(`local.${device}.outbox.ready`);
    speaker.publish('from-the-hub');
    return heard.includes('from-the-hub');
  });
  expect(heard.filter((subject) => subject.startsWith('local.'))).toEqual([]);
  await speaker.close();
});

test('[SEC-2] a device does not answer what another asks for over its local subjects', async () => {
  const here = await servers.device({ deviceId: device, hubs: [hub.remote] });
  const there = await servers.device({ deviceId: other, hubs: [hub.remote] });
  const serving = await connectTo(here, subjects.shared.inboxPrefix(device));
  const asking = await connectTo(there, subjects.shared.inboxPrefix(other));
  const localSubject = `${subjects.local.rpc(device, 'capture')}.Write`;
  const sharedSubject = `${subjects.shared.rpc(library, device)}.Pull`;
  serving.serve(localSubject, async (payload) => payload);
  serving.serve(sharedSubject, async (payload) => payload);
  await untilAnswered(asking, sharedSubject);
  await expect(asking.request(localSubject, nothing, { timeoutMs: 300 })).rejects.toMatchObject({
    code: expect.stringMatching(/^(unavailable|deadline-exceeded)$/),
  });
});

test('[SEC-2] a wrong token is refused at once, and so is none', async () => {
  const server = await servers.device({});
  for (const token of ['0'.repeat(64), '']) {
    await expect(connectTo(server, 'inbox.x', token)).rejects.toMatchObject({ code: 'unauthenticated' });
  }
});

test('where no server is, the first connection is tried until its deadline', async () => {
  const started = connectNats({
    servers: '127.0.0.1:1',
    credentials: { token: 'x' },
    inboxPrefix: 'inbox.x',
    name: 'test',
    deadlineMs: 300,
  });
  await expect(started).rejects.toMatchObject({ code: 'unavailable' });
});

test('[REP-4] a cut leaf link stops neither device, and after it heals they talk again by themselves', async () => {
  const here = await servers.device({ deviceId: device, hubs: [hub.remote] });
  const there = await servers.device({ deviceId: other, hubs: [hub.remote] });
  const serving = await connectTo(here, subjects.shared.inboxPrefix(device));
  const asking = await connectTo(there, subjects.shared.inboxPrefix(other));
  const beside = await connectTo(here, subjects.local.inboxPrefix(device));
  const subject = `${subjects.shared.rpc(library, device)}.Pull`;
  serving.serve(subject, async (payload) => payload);
  await untilAnswered(asking, subject);

  await hub.stop();
  await until('the devices are apart', () =>
    asking.request(subject, nothing, { timeoutMs: 300 }).then(
      () => false,
      () => true,
    ),
  );
  expect([serving.connected, asking.connected]).toEqual([true, true]);
  await beside.request(subject, nothing, { timeoutMs });

  await hub.start();
  await untilAnswered(asking, subject);
});
