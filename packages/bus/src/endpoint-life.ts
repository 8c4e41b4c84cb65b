import { asShoalError, limits } from '@shoal/core';
import type { OnBusError, Subscription } from './bus.ts';
import { withinMs } from './within-ms.ts';

/**
 * What any endpoint has, whatever carries its messages: a link that is up or down, what to stop at its end, whom to
 * tell of a connection.
 */
export interface EndpointLife {
  /** Aborted when this link goes; undefined while it is down. */
  readonly link: AbortSignal | undefined;
  up(): void;
  down(): void;
  onConnected(callback: () => void): () => void;
  /** Remembers a subscription until it is stopped. */
  keep(subscription: Subscription): Subscription;
  /** Stops all subscriptions, within `limits.busCloseMs`. */
  stopAll(): Promise<void>;
  /** Runs a handler of the owner's: what it throws, also later if it is async, goes to `onError`. */
  guarded(work: () => unknown, subject: string): void;
}

/** A life that begins with its link up. */
export function endpointLife(onError: OnBusError): EndpointLife {
  const subscriptions = new Set<Subscription>();
  const callbacks = new Set<() => void>();
  let link: AbortController | undefined = new AbortController();
  const guarded = (work: () => unknown, subject: string) => {
    const tell = (error: unknown) => onError(asShoalError(error), subject);
    try {
      const result = work();
      // An async function passes for one that returns nothing; unheard, its failure would end the process.
      if (result instanceof Promise) result.catch(tell);
    } catch (error) {
      tell(error);
    }
  };
  return {
    get link() {
      return link?.signal;
    },
    up: () => {
      if (link !== undefined) return;
      link = new AbortController();
      for (const callback of [...callbacks]) guarded(callback, 'connected');
    },
    down: () => {
      link?.abort();
      link = undefined;
    },
    onConnected: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    keep: (subscription) => {
      subscriptions.add(subscription);
      return {
        stop: () => {
          subscriptions.delete(subscription);
          return subscription.stop();
        },
      };
    },
    stopAll: async () => {
      await withinMs(
        limits.busCloseMs,
        Promise.all([...subscriptions].map((subscription) => subscription.stop())),
      );
    },
    guarded,
  };
}
