import { asShoalError, type ErrorCode, ShoalError } from '@shoal/core';
import { isAuthorized, type Log, portRefused } from '@shoal/service-kit';
import { fastify } from 'fastify';

export interface HttpServerOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly token: string;
  readonly log: Log;
  readonly isHealthy: () => boolean;
  readonly status: () => Promise<unknown>;
  /** The device's numbers in the text format of Prometheus; null where none are kept. */
  readonly metrics: () => Promise<string | null>;
}

/** The gateway's HTTP side, on the loopback: `GET /health`, open; `GET /status` and `GET /metrics`, with the token. */
export interface HttpServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  stop(): Promise<void>;
}

const bodyBytesMax = 1_024;
const requestMs = 10_000;

const statusByCode: Partial<Record<ErrorCode, number>> = {
  'invalid-argument': 400,
  unauthenticated: 401,
  'not-found': 404,
  unavailable: 503,
  'deadline-exceeded': 504,
};

/**
 * Starts it. A page in a browser on this machine can make requests to the loopback by a name of its own: so only
 * requests whose Host is the loopback with our port are answered, no other origin is allowed in, and nothing but
 * health is told without token (SEC-4). Throws `port-taken`.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { token, log } = options;
  const app = fastify({ bodyLimit: bodyBytesMax, requestTimeout: requestMs, forceCloseConnections: true });
  let port = 0;

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (isOwnHost(request.headers.host, port)) return;
    throw new ShoalError('invalid-argument', 'the Host header names another host', { field: 'host' });
  });
  app.setErrorHandler((error, request, reply) => {
    const { code, message, subject } = asHttpError(error);
    if (code === 'internal')
      log.error({ err: error, path: request.routeOptions.url }, 'a request failed by a bug');
    return reply.code(statusByCode[code] ?? 500).send({ code, message, ...subject });
  });
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).send({ code: 'not-found', message: 'there are /health, /status and /metrics' }),
  );
  app.get('/health', async (_, reply) => {
    const ok = options.isHealthy();
    return reply.code(ok ? 200 : 503).send({ ok });
  });
  app.get('/status', async (request) => {
    requireToken(request.headers.authorization, token);
    return options.status();
  });
  app.get('/metrics', async (request, reply) => {
    requireToken(request.headers.authorization, token);
    const text = await options.metrics();
    if (text !== null) return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    const message = 'no numbers are kept; start the services with OTEL_METRICS_EXPORTER=prometheus';
    throw new ShoalError('not-found', message);
  });

  try {
    await app.listen({ host: '127.0.0.1', port: options.port });
  } catch (error) {
    await app.close();
    throw portRefused('ports.http', options.port, error);
  }
  const bound = app.server.address();
  port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  return { address: `127.0.0.1:${port}`, stop: () => app.close() };
}

function requireToken(authorization: string | undefined, token: string): void {
  if (isAuthorized(authorization, token)) return;
  const message = 'expected "authorization: Bearer TOKEN" with the token of this home';
  throw new ShoalError('unauthenticated', message, { field: 'authorization' });
}

function isOwnHost(host: string | undefined, port: number): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`);
}

/** Fastify's own refusals (a body over the limit, a bad URL) carry a status below 500. */
function asHttpError(error: unknown): ShoalError {
  const isRefusal =
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500;
  return isRefusal ? new ShoalError('invalid-argument', error.message, {}, error) : asShoalError(error);
}
