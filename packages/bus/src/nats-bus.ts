import type { NatsConnection } from '@nats-io/nats-core';
import { asShoalError, limits, ShoalError } from '@shoal/core';
import { answering } from './answering.ts';
import type { Bus, OnBusError, RequestOptions, Subscription } from './bus.ts';
import { requestFailure } from './nats-errors.ts';
import { payloadOf, respond, timeoutHeaders, timeoutOf } from './nats-headers.ts';
import { checkPayload } from './payload-limit.ts';
import { withinMs } from './within-ms.ts';

/** Of several connections that serve one subject, the server picks one. */
const queue = 'serve';

/** The port over a NATS connection, which it owns from here on. */
export function natsBus(connection: NatsConnection, onError: OnBusError): Bus {
  const subscriptions = new Set<Subscription>();
  const callbacks = new Set<() => void>();
  let closing: Promise<void> | undefined;
  // Aborted when the connection goes, so that requests under way fail then and not at their deadline.
  let loss: AbortController | undefined = new AbortController();

  const follow = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') {
        loss?.abort();
        loss = undefined;
      } else if (status.type === 'reconnect' && loss === undefined) {
        loss = new AbortController();
        for (const callback of [...callbacks]) guarded(callback, 'reconnect', onError);
      }
    }
  };
  void follow();

  const request = async (subject: string, payload: Uint8Array, options: RequestOptions) => {
    checkPayload(subject, payload);
    if (loss === undefined) throw new ShoalError('unavailable', `not connected: ${subject} was not asked`);
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const lost = () =>
      reject(new ShoalError('unavailable', `the connection went before ${subject} answered`));
    const givenUp = () => reject(new ShoalError('unavailable', `the caller gave ${subject} up`));
    const { signal: connectionSignal } = loss;
    connectionSignal.addEventListener('abort', lost);
    options.signal?.addEventListener('abort', givenUp);
    if (options.signal?.aborted) givenUp();
    try {
      const { timeoutMs } = options;
      const asked = options.signal?.aborted
        ? ended
        : connection.request(subject, payload, { timeout: timeoutMs, headers: timeoutHeaders(timeoutMs) });
      return payloadOf(await Promise.race([asked, ended]));
    } catch (error) {
      throw requestFailure(error, subject);
    } finally {
      connectionSignal.removeEventListener('abort', lost);
      options.signal?.removeEventListener('abort', givenUp);
    }
  };

  const keep = (subscription: Subscription): Subscription => {
    subscriptions.add(subscription);
    return {
      stop: () => {
        subscriptions.delete(subscription);
        return subscription.stop();
      },
    };
  };

  return {
    request,
    publish: (subject, payload) => {
      checkPayload(subject, payload);
      if (loss !== undefined) connection.publish(subject, payload);
    },
    subscribe: (subject, handler) => {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return onError(asShoalError(error), subject);
          guarded(() => handler({ subject: message.subject, payload: message.data }), subject, onError);
        },
      });
      return keep({ stop: async () => subscription.unsubscribe() });
    },
    serve: (subject, handler) => {
      const work = answering({ subject, handler, onError });
      const subscription = connection.subscribe(subject, {
        queue,
        callback: (error, message) => {
          if (error !== null) return onError(asShoalError(error), subject);
          if (!message.reply) return;
          const answer = (answer: Parameters<typeof respond>[1]) => {
            // An answer that cannot go now would come after its caller was told that the connection went.
            if (loss !== undefined && !connection.isClosed()) respond(message, answer);
          };
          work.take({ payload: message.data, timeoutMs: timeoutOf(message), answer });
        },
      });
      return keep({
        stop: () => {
          subscription.unsubscribe();
          return work.stop();
        },
      });
    },
    get connected() {
      return loss !== undefined;
    },
    onConnected: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    close: () => {
      closing ??= (async () => {
        const stopping = Promise.all([...subscriptions].map((subscription) => subscription.stop()));
        await withinMs(limits.busCloseMs, stopping);
        if (loss !== undefined) await withinMs(limits.busCloseMs, connection.flush());
        loss?.abort();
        loss = undefined;
        await connection.close();
      })();
      return closing;
    },
  };
}

function guarded(work: () => void, subject: string, onError: OnBusError): void {
  try {
    work();
  } catch (error) {
    onError(asShoalError(error), subject);
  }
}
