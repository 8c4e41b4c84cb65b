import type { NatsConnection } from '@nats-io/nats-core';
import { asShoalError, limits, ShoalError } from '@shoal/core';
import { type Answer, answering } from './answering.ts';
import type { Bus, OnBusError } from './bus.ts';
import { endpointLife } from './endpoint-life.ts';
import { unlessGivenUp } from './give-up.ts';
import { requestFailure } from './nats-errors.ts';
import { payloadOf, requestHeaders, respond, timeoutOf, traceParentOf } from './nats-headers.ts';
import { checkPayload } from './payload-limit.ts';
import { checkTimeout } from './timeout-limit.ts';
import { withinMs } from './within-ms.ts';

/** Of several connections that serve one subject, the server picks one. */
const queue = 'serve';

/** The port over a NATS connection, which it owns from here on. */
export function natsBus(connection: NatsConnection, onError: OnBusError): Bus {
  const life = endpointLife(onError);
  let closing: Promise<void> | undefined;

  const follow = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') life.down();
      else if (status.type === 'reconnect' && closing === undefined) life.up();
    }
  };
  void follow();

  const close = async () => {
    await life.stopAll();
    if (life.link !== undefined) await withinMs(limits.busCloseMs, connection.flush());
    life.down();
    await connection.close();
  };

  return {
    request: async (subject, payload, { timeoutMs, signal }) => {
      checkPayload(subject, payload);
      checkTimeout(timeoutMs);
      try {
        const ask = () =>
          connection.request(subject, payload, { timeout: timeoutMs, headers: requestHeaders(timeoutMs) });
        return payloadOf(await unlessGivenUp(subject, life.link, signal, ask));
      } catch (error) {
        throw requestFailure(error, subject);
      }
    },
    publish: (subject, payload) => {
      checkPayload(subject, payload);
      // While it is down the client would keep messages without bound.
      if (life.link !== undefined) connection.publish(subject, payload);
    },
    subscribe: (subject, handler) => {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return onError(asShoalError(error), subject);
          life.guarded(() => handler({ subject: message.subject, payload: message.data }), subject);
        },
      });
      return life.keep({ stop: async () => subscription.unsubscribe() });
    },
    serve: (subject, handler) => {
      const work = answering({ subject, handler, onError });
      const subscription = connection.subscribe(subject, {
        queue,
        callback: (error, message) => {
          if (error !== null) return onError(asShoalError(error), subject);
          if (!message.reply) return;
          const asking = life.link;
          const answer = (answer: Answer) => {
            // Over another link than that of the request nobody waits for it.
            if (life.link !== undefined && life.link === asking) respond(message, answer);
          };
          work.take({
            payload: message.data,
            timeoutMs: timeoutOf(message),
            traceParent: traceParentOf(message),
            answer,
          });
        },
      });
      return life.keep({
        stop: async () => {
          // What the server sent before it knew is ours to answer: its caller would wait for its whole deadline.
          if (life.link === undefined) subscription.unsubscribe();
          else await withinMs(limits.busCloseMs, subscription.drain());
          await work.stop();
        },
      });
    },
    flush: async () => {
      // It ends early only when the connection goes, and the next one begins by telling all subscriptions.
      if (life.link === undefined || (await withinMs(limits.connectMs, connection.flush()))) return;
      throw new ShoalError('unavailable', `the server says nothing for ${limits.connectMs} ms`);
    },
    get connected() {
      return life.link !== undefined;
    },
    onConnected: life.onConnected,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
