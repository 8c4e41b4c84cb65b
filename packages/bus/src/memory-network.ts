import { setImmediate as nextTurn } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import { currentTraceParent } from '@shoal/telemetry';
import { type Answer, type Answering, answering } from './answering.ts';
import type { Bus, BusMessage, OnBusError, RequestOptions } from './bus.ts';
import { type EndpointLife, endpointLife } from './endpoint-life.ts';
import { unlessGivenUp } from './give-up.ts';
import { checkPayload } from './payload-limit.ts';
import { matchesSubject } from './subjects.ts';
import { checkTimeout } from './timeout-limit.ts';

/** A bus in memory that many endpoints share: the twin of NATS under the same contract (REP-5). */
export interface MemoryNetwork {
  connect(options?: { readonly onError?: OnBusError }): MemoryEndpoint;
}

/** One endpoint, whose link can be cut. */
export interface MemoryEndpoint {
  readonly bus: Bus;
  /** As if the cable was pulled: nothing in, nothing out, and what is under way is lost. */
  cut(): void;
  heal(): void;
}

interface Listener {
  readonly pattern: string;
  readonly life: EndpointLife;
  readonly deliver: (message: BusMessage) => void;
}

interface Server {
  readonly subject: string;
  readonly life: EndpointLife;
  readonly work: Answering;
}

interface Network {
  readonly listeners: Set<Listener>;
  readonly servers: Set<Server>;
}

/** A network without endpoints yet. Payloads are copied at each delivery, as bytes on a wire are. */
export function memoryNetwork(): MemoryNetwork {
  const network: Network = { listeners: new Set(), servers: new Set() };
  return { connect: ({ onError = () => {} } = {}) => connectTo(network, onError) };
}

function connectTo(network: Network, onError: OnBusError): MemoryEndpoint {
  const life = endpointLife(onError);
  let closing: Promise<void> | undefined;
  const bus: Bus = {
    request: async (subject, payload, options) => {
      checkPayload(subject, payload);
      checkTimeout(options.timeoutMs);
      const ask = () => askOne(network, subject, payload.slice(), options);
      return unlessGivenUp(subject, life.link, options.signal, ask);
    },
    publish: (subject, payload) => {
      checkPayload(subject, payload);
      const { link } = life;
      if (link !== undefined) void deliver(network, link, { subject, payload: payload.slice() });
    },
    subscribe: (pattern, handler) => {
      const listener: Listener = {
        pattern,
        life,
        deliver: (message) => life.guarded(() => handler(message), pattern),
      };
      network.listeners.add(listener);
      return life.keep({
        stop: async () => {
          network.listeners.delete(listener);
        },
      });
    },
    serve: (subject, handler) => {
      const server: Server = { subject, life, work: answering({ subject, handler, onError }) };
      network.servers.add(server);
      return life.keep({
        stop: () => {
          network.servers.delete(server);
          return server.work.stop();
        },
      });
    },
    // All know at once.
    flush: async () => {},
    get connected() {
      return life.link !== undefined;
    },
    onConnected: life.onConnected,
    close: () => {
      closing ??= life.stopAll().then(() => life.down());
      return closing;
    },
  };
  return {
    bus,
    cut: () => life.down(),
    heal: () => {
      if (closing === undefined) life.up();
    },
  };
}

/** In order of publishing, and never within the call that publishes. */
async function deliver(network: Network, from: AbortSignal, message: BusMessage): Promise<void> {
  await nextTurn();
  if (from.aborted) return;
  for (const listener of [...network.listeners]) {
    if (listener.life.link === undefined || !matchesSubject(listener.pattern, message.subject)) continue;
    listener.deliver({ subject: message.subject, payload: message.payload.slice() });
  }
}

async function askOne(
  network: Network,
  subject: string,
  payload: Uint8Array,
  { timeoutMs }: RequestOptions,
): Promise<Uint8Array> {
  const traceParent = currentTraceParent();
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  // The deadline may pass before anybody waits for it below.
  promise.catch(() => undefined);
  const timer = setTimeout(
    () => reject(new ShoalError('deadline-exceeded', `${subject} did not answer in time`)),
    timeoutMs,
  );
  try {
    await nextTurn();
    const server = [...network.servers].find(
      (candidate) => candidate.subject === subject && candidate.life.link !== undefined,
    );
    if (server === undefined) throw new ShoalError('unavailable', `nobody serves ${subject}`);
    const asking = server.life.link;
    const answer = (answer: Answer) => {
      if (asking === undefined || asking !== server.life.link) return;
      if (answer.kind === 'reply') resolve(answer.payload.slice());
      else reject(overTheWire(answer.error));
    };
    server.work.take({ payload, timeoutMs, traceParent, answer });
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** What the caller sees is another object, without the cause. */
function overTheWire(error: ShoalError): ShoalError {
  return new ShoalError(error.code, error.message, error.subject);
}
