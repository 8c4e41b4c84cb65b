import { request } from 'node:http';
import { silentLog } from '@shoal/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from './http-server.ts';

const token = 'a'.repeat(64);
let server: HttpServer;
let isHealthy: boolean;
let status: () => Promise<unknown>;
let metrics: string | null;

beforeEach(async () => {
  isHealthy = true;
  metrics = null;
  status = async () => ({ libraries: [] });
  server = await startHttpServer({
    port: 0,
    token,
    log: silentLog(),
    isHealthy: () => isHealthy,
    status: () => status(),
    metrics: async () => metrics,
  });
});
afterEach(() => server.stop());

interface Answer {
  readonly code: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
}

/** `fetch` does not let a Host header through. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  const [host, port] = server.address.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({
          code: response.statusCode!,
          headers: response.headers,
          body: parsed(body, response.headers['content-type']),
        }),
      );
    });
    sent.on('error', reject).end();
  });
}

function parsed(body: string, type: string | undefined): unknown {
  return type?.startsWith('text/plain') ? body : JSON.parse(body || 'null');
}

const bearer = { authorization: `Bearer ${token}` };

describe('[SEC-4] Host', () => {
  const port = () => server.address.split(':')[1];

  test.each(['127.0.0.1', 'localhost', 'LocalHost', '[::1]'])(
    '%s with our port is answered',
    async (name) => {
      expect((await get('/health', { host: `${name}:${port()}` })).code).toBe(200);
    },
  );

  test.each(['evil.example', '127.0.0.1', 'localhost:1', '127.0.0.1.evil.example', '0.0.0.0', 'localhost.'])(
    '%s is refused, also with the token, on every path',
    async (host) => {
      const wrong = {
        host: host.includes(':') || host === '127.0.0.1' ? host : `${host}:${port()}`,
        ...bearer,
      };
      for (const path of ['/health', '/status', '/metrics', '/other']) {
        const { code, body } = await get(path, wrong);
        expect(code).toBe(400);
        expect(body).toMatchObject({ code: 'invalid-argument', field: 'host' });
      }
    },
  );
});

describe('health', () => {
  test('tells without token whether the gateway is well, and nothing else', async () => {
    expect(await get('/health')).toMatchObject({ code: 200, body: { ok: true } });
    isHealthy = false;
    expect(await get('/health')).toMatchObject({ code: 503, body: { ok: false } });
  });
});

describe('[SEC-4] the status', () => {
  test('is told to the token of the home', async () => {
    const { code, body, headers } = await get('/status', bearer);
    expect([code, body]).toEqual([200, { libraries: [] }]);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([{}, { authorization: 'Bearer b' }, { authorization: token }])(
    'is not told to %j',
    async (headers) => {
      expect(await get('/status', headers)).toMatchObject({
        code: 401,
        body: { code: 'unauthenticated', field: 'authorization' },
      });
    },
  );

  test('that cannot be had says so', async () => {
    status = async () => {
      throw new TypeError('a planted bug');
    };
    expect(await get('/status', bearer)).toMatchObject({ code: 500, body: { code: 'internal' } });
  });
});

describe('[SEC-4] the numbers', () => {
  test('are told to the token of the home, as Prometheus reads them', async () => {
    metrics = 'x 1\n';
    const { code, body, headers } = await get('/metrics', bearer);
    expect([code, body]).toEqual([200, 'x 1\n']);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await get('/metrics')).toMatchObject({ code: 401, body: { code: 'unauthenticated' } });
  });

  test('where none are kept, say how to keep them', async () => {
    const { code, body } = await get('/metrics', bearer);
    expect(code).toBe(404);
    expect(body).toMatchObject({ message: expect.stringContaining('OTEL_METRICS_EXPORTER=prometheus') });
  });
});

test('no other origin is let in: a preflight is not found, nor is any other path', async () => {
  const { code, headers } = await get('/status', { origin: 'http://evil.example' }, 'OPTIONS');
  expect(code).toBe(404);
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(await get('/..%2fetc', bearer)).toMatchObject({ code: 404, body: { code: 'not-found' } });
});

test('a port that is taken is refused, naming the setting', async () => {
  const port = Number(server.address.split(':')[1]);
  const again = startHttpServer({
    port,
    token,
    log: silentLog(),
    isHealthy: () => true,
    status,
    metrics: async () => metrics,
  });
  await expect(again).rejects.toMatchObject({ code: 'port-taken', subject: { field: 'ports.http' } });
});
