import { once } from 'node:events';
import {
  Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { connectGateway, type GatewayClient } from '@shoal/client';
import { type ErrorCode, errorCatalogue, limits, ShoalError } from '@shoal/core';
import { GatewayDefinition, type Handlers, uuidToBytes } from '@shoal/proto';
import { protoPath } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { type GrpcServer, startGrpcServer } from './grpc-server.ts';
import { grpcService } from './grpc-service.ts';

type GatewayHandlers = Handlers<typeof GatewayDefinition>;

const token = 'a'.repeat(64);
const libraryId = uuidToBytes('00000000-0000-7000-8000-000000000000');
const statusRequest = { libraryId };

let server: GrpcServer;
let client: GatewayClient;
let handlers: { -readonly [Name in keyof GatewayHandlers]?: GatewayHandlers[Name] };

beforeEach(async () => {
  handlers = { listLibraries: async () => ({ libraries: [] }) };
  const service = grpcService(
    GatewayDefinition,
    new Proxy({} as GatewayHandlers, {
      get: (_, name) => (request: never, signal: never) =>
        (handlers[name as keyof GatewayHandlers] as (request: never, signal: never) => unknown)(
          request,
          signal,
        ),
    }),
    { stallMs: 200 },
  );
  server = await startGrpcServer({ port: 0, token, services: [service], log: silentLog() });
  client = connectGateway({ address: server.address, token });
});
afterEach(async () => {
  client.close();
  await server.stop();
});

/** A call as a stranger would make it: any metadata, any bytes. */
function rawCall(path: string, bytes: Buffer, headers: Readonly<Record<string, string>>): Promise<Buffer> {
  const grpc = new Client(server.address, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  return new Promise<Buffer>((resolve, reject) => {
    const same = (value: Buffer) => value;
    grpc.makeUnaryRequest(path, same, same, bytes, metadata, {}, (error, reply) =>
      error === null ? resolve(reply!) : reject(error),
    );
  }).finally(() => grpc.close());
}

const authorized = { authorization: `Bearer ${token}` };
const listLibraries = '/shoal.v1.Gateway/ListLibraries';

describe('[SEC-4] the guard', () => {
  test('lets the token of the home through', async () => {
    expect(await client.listLibraries({})).toMatchObject({ libraries: [] });
  });

  test.each([
    ['without token', {}],
    ['with another token', { authorization: `Bearer ${'b'.repeat(64)}` }],
    ['with a part of the token', { authorization: `Bearer ${token.slice(1)}` }],
    ['with the token but not as bearer', { authorization: token }],
  ])('refuses a call %s before its handler or its message is looked at', async (_, headers) => {
    const handler = vi.fn(async () => ({ libraries: [] }));
    handlers.listLibraries = handler;
    const garbage = Buffer.from([0xff, 0xff, 0xff]);
    await expect(rawCall(listLibraries, garbage, headers)).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test('tells the client unauthenticated, naming the field', async () => {
    const stranger = connectGateway({ address: server.address, token: 'wrong' });
    await expect(stranger.listLibraries({})).rejects.toMatchObject({
      code: 'unauthenticated',
      subject: { field: 'authorization' },
    });
    const watch = stranger.watch({ libraryId, model: '' })[Symbol.asyncIterator]();
    await expect(watch.next()).rejects.toMatchObject({ code: 'unauthenticated' });
    stranger.close();
  });
});

describe('errors', () => {
  test.each(Object.keys(errorCatalogue) as ErrorCode[])(
    '%s arrives with its code, message and subject',
    async (code) => {
      const subject = { field: 'größe "x"', model: 'tag', record: 'r', library: 'l', device: 'd' };
      handlers.write = async () => {
        throw new ShoalError(code, `ein Satz über ${code}`, subject);
      };
      const request = { libraryId, mutations: [] };
      await expect(client.write(request)).rejects.toMatchObject({
        code,
        subject,
        message: `ein Satz über ${code}`,
      });
    },
  );

  test('of a stream arrive after what was sent before', async () => {
    handlers.watch = async function* () {
      yield { model: 'tag', recordId: libraryId, record: undefined, local: true, gap: false };
      throw new ShoalError('unavailable', 'gone', { library: 'l' });
    };
    const seen: string[] = [];
    const read = async () => {
      for await (const event of client.watch({ libraryId, model: '' })) seen.push(event.model);
    };
    await expect(read()).rejects.toMatchObject({ code: 'unavailable', subject: { library: 'l' } });
    expect(seen).toEqual(['tag']);
  });

  test('that are bugs arrive as internal', async () => {
    handlers.getStatus = () => {
      throw new TypeError('x is undefined');
    };
    await expect(client.getStatus(statusRequest)).rejects.toMatchObject({ code: 'internal' });
  });

  test('[SEC-5] a request that does not parse is malformed-message and reaches no handler', async () => {
    const handler = vi.fn(async () => ({ libraries: [] }));
    handlers.listLibraries = handler;
    const error: ServiceError = await rawCall(listLibraries, Buffer.from([0x0a, 0xff]), authorized).catch(
      (reason) => reason,
    );
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.metadata.get('shoal-code')).toEqual(['malformed-message']);
    expect(handler).not.toHaveBeenCalled();
  });

  test('[SEC-5] a request over the limit is payload-too-large', async () => {
    handlers.write = async () => ({ records: [] });
    const path = '/shoal.v1.Gateway/Write';
    await expect(
      rawCall(path, Buffer.alloc(limits.grpcMessageBytesMax + 1), authorized),
    ).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    const tooLarge = Buffer.alloc(limits.grpcMessageBytesMax + 1);
    await expect(client.write({ libraryId: tooLarge, mutations: [] })).rejects.toMatchObject({
      code: 'payload-too-large',
    });
  });
});

describe('calls', () => {
  test('end at their deadline', async () => {
    const never = Promise.withResolvers<never>();
    handlers.getStatus = () => never.promise;
    await expect(client.getStatus(statusRequest, { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
  });

  test('that are aborted throw the reason', async () => {
    const never = Promise.withResolvers<never>();
    const abort = new AbortController();
    handlers.getStatus = () => {
      abort.abort(new Error('enough'));
      return never.promise;
    };
    await expect(client.getStatus(statusRequest, { signal: abort.signal })).rejects.toThrow('enough');
  });

  test('that only read are tried again while the service is unavailable; writes are not', async () => {
    let failures = 2;
    handlers.listLibraries = async () => {
      failures -= 1;
      if (failures >= 0) throw new ShoalError('unavailable', 'restarting');
      return { libraries: [] };
    };
    expect(await client.listLibraries({})).toMatchObject({ libraries: [] });
    const write = vi.fn(async () => {
      throw new ShoalError('unavailable', 'restarting');
    });
    handlers.write = write;
    await expect(client.write({ libraryId, mutations: [] })).rejects.toMatchObject({ code: 'unavailable' });
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('to nobody are unavailable', async () => {
    await server.stop();
    await expect(client.getStatus(statusRequest)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('that leave a stream tell its handler, which a slow reader never outruns', async () => {
    const ended = Promise.withResolvers<void>();
    let sent = 0;
    handlers.dump = async function* (_, signal) {
      try {
        for (; !signal.aborted; sent += 1) yield { lines: ['x'.repeat(100_000)] };
      } finally {
        ended.resolve();
      }
    };
    for await (const { lines } of client.dump({ libraryId })) {
      expect(lines[0]).toHaveLength(100_000);
      break;
    }
    await ended.promise;
    expect(sent).toBeLessThan(1_000);
  });

  test('[REP-4] whose reader takes nothing are cut after a while, and their handler ends', async () => {
    const ended = Promise.withResolvers<void>();
    handlers.dump = async function* () {
      try {
        for (;;) yield { lines: ['x'.repeat(100_000)] };
      } finally {
        ended.resolve();
      }
    };
    const reader = client.dump({ libraryId })[Symbol.asyncIterator]();
    await reader.next();
    await ended.promise;
    const readOn = async () => {
      while (!(await reader.next()).done);
    };
    await expect(readOn()).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  test('under way at a stop are cut after a grace, and the stop ends', async () => {
    const begun = Promise.withResolvers<void>();
    handlers.watch = async function* (_, signal) {
      begun.resolve();
      await once(signal, 'abort');
      yield* [];
    };
    const next = client.watch({ libraryId, model: '' })[Symbol.asyncIterator]().next();
    const cut = expect(next).rejects.toMatchObject({ code: 'unavailable' });
    await begun.promise;
    await server.stop();
    await cut;
  });
});

describe('every server', () => {
  test('answers health without token, for the whole and by service', async () => {
    const { grpc } = loadPackageDefinition(loadSync(protoPath)) as never as {
      grpc: { health: { v1: { Health: new (...args: unknown[]) => Client & HealthMethods } } };
    };
    const health = new grpc.health.v1.Health(server.address, credentials.createInsecure());
    const check = (service: string) =>
      new Promise((resolve, reject) => {
        health.check({ service }, (error: unknown, reply: unknown) =>
          error ? reject(error) : resolve(reply),
        );
      });
    expect(await check('')).toMatchObject({ status: 1 });
    expect(await check('shoal.v1.Gateway')).toMatchObject({ status: 1 });
    server.setServing(false);
    expect(await check('')).toMatchObject({ status: 2 });
    await expect(check('unknown')).rejects.toMatchObject({ code: status.NOT_FOUND });
    health.close();
  });

  test('lists its services by reflection, with the token only', async () => {
    // ServerReflectionRequest { list_services: "" } on a stream; the reply names each service.
    const reflect = (headers: Readonly<Record<string, string>>) =>
      new Promise<Buffer>((resolve, reject) => {
        const grpc = new Client(server.address, credentials.createInsecure());
        const metadata = new Metadata();
        for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
        const same = (value: Buffer) => value;
        const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
        const stream = grpc.makeBidiStreamRequest(path, same, same, metadata);
        stream.on('data', (reply: Buffer) => {
          resolve(reply);
          stream.end();
        });
        stream.on('error', reject);
        stream.on('status', () => grpc.close());
        stream.write(Buffer.from([0x3a, 0x00]));
      });
    expect((await reflect(authorized)).toString('latin1')).toContain('shoal.v1.Gateway');
    await expect(reflect({})).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });
});

test('a port that is taken is refused, naming the setting', async () => {
  const port = Number(server.address.split(':')[1]);
  await expect(startGrpcServer({ port, token, services: [], log: silentLog() })).rejects.toMatchObject({
    code: 'port-taken',
    subject: { field: 'ports.grpc' },
  });
});

interface HealthMethods {
  check(request: { service: string }, callback: (error: unknown, reply: unknown) => void): void;
}
