import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { limits, ShoalError } from '@shoal/core';
import type { Bus, OnBusError } from './bus.ts';
import { natsBus } from './nats-bus.ts';
import { isRefused, messageOf } from './nats-errors.ts';

/** By which a server knows the client: the token of a home, or a user. Never logged. */
export type NatsCredentials =
  | { readonly token: string }
  | { readonly user: string; readonly password: string };

export interface ConnectNatsOptions {
  /** `HOST:PORT`, one or several. */
  readonly servers: string | readonly string[];
  readonly credentials: NatsCredentials;
  /** Where answers come in: `subjects.local.inboxPrefix` or `subjects.shared.inboxPrefix` (SEC-2). */
  readonly inboxPrefix: string;
  /** What the server calls this client in its log. */
  readonly name: string;
  /** How long the first connection is tried; `limits.connectMs` where it is not given. */
  readonly deadlineMs?: number;
  readonly onError?: OnBusError;
}

const retryMs = 100;
/** Twice unanswered and the connection counts as lost. */
const pingMs = 15_000;

/**
 * Connects, and reconnects for ever after a loss. Fails with `unauthenticated` at once when the credentials are
 * refused, with `unavailable` when no server answers within the deadline.
 */
export async function connectNats(options: ConnectNatsOptions): Promise<Bus> {
  const deadlineMs = options.deadlineMs ?? limits.connectMs;
  const untilMs = performance.now() + deadlineMs;
  for (;;) {
    const leftMs = untilMs - performance.now();
    try {
      return natsBus(await connectOnce(options, Math.max(leftMs, retryMs)), options.onError ?? (() => {}));
    } catch (error) {
      if (isRefused(error)) {
        const message = `the NATS server at ${String(options.servers)} refuses the credentials`;
        throw new ShoalError('unauthenticated', message, {}, error);
      }
      if (performance.now() + retryMs >= untilMs) {
        const message = `no NATS server at ${String(options.servers)} within ${deadlineMs} ms: ${messageOf(error)}`;
        throw new ShoalError('unavailable', message, {}, error);
      }
    }
    await delay(retryMs);
  }
}

/** The client's own wait for a first connection cannot be ended, so each try is one of ours. */
function connectOnce(options: ConnectNatsOptions, timeoutMs: number): Promise<NatsConnection> {
  const { servers, credentials, inboxPrefix, name } = options;
  return connect({
    servers: typeof servers === 'string' ? servers : [...servers],
    ...('token' in credentials
      ? { token: credentials.token }
      : { user: credentials.user, pass: credentials.password }),
    inboxPrefix,
    name,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
    reconnectJitter: retryMs,
    // A server that restarts with other users may refuse for a while; giving up for good would need a restart of ours.
    ignoreAuthErrorAbort: true,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    pingInterval: pingMs,
  });
}
