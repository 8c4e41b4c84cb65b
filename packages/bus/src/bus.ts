import type { ShoalError } from '@shoal/core';

/** What a subscriber is given. The payload is its own; nobody changes it afterwards. */
export interface BusMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** Interest in a subject. */
export interface Subscription {
  /**
   * Takes no more; resolves when the requests in hand, also those on their way here, are answered or their deadlines
   * passed. Idempotent.
   */
  stop(): Promise<void>;
}

export interface RequestOptions {
  /**
   * Deadline in milliseconds, up to `limits.requestMsMax`. It travels with the request, and the other side gives up at
   * it too.
   */
  readonly timeoutMs: number;
  /** Gives the request up early: it fails with `unavailable`. */
  readonly signal?: AbortSignal;
}

/**
 * One endpoint on a bus: the port behind which NATS and its in-memory twin stand (REP-5). Delivery is at most once
 * everywhere; what must not be lost is asked for again. A payload handed over belongs to the bus. Subjects are dot-separated; `*` and a last `>` in those of
 * `subscribe` stand for one and for several parts.
 */
export interface Bus {
  /**
   * Asks whoever serves the subject. Fails with `payload-too-large`, or `invalid-argument` for a deadline out of
   * bounds, before anything is sent; `unavailable` at once while disconnected, when nobody serves, and when the
   * connection goes before the answer; `deadline-exceeded`; or with the error of the handler: same code, message and
   * subject.
   */
  request(subject: string, payload: Uint8Array, options: RequestOptions): Promise<Uint8Array>;

  /**
   * Tells whoever listens. A hint: while disconnected it is dropped, never kept for later. Throws
   * `payload-too-large`.
   */
  publish(subject: string, payload: Uint8Array): void;

  /** Listens, across reconnections. A handler that throws, or rejects, is told to `onError` and goes on listening. */
  subscribe(subject: string, handler: (message: BusMessage) => void): Subscription;

  /**
   * Answers requests, several at once, within `limits.servedAtOnceMax` and `limits.servedWaitingMax`; what is beyond is
   * refused with `unavailable`. What the handler throws reaches the caller. Of several that serve one subject, one
   * is asked.
   */
  serve(subject: string, handler: (payload: Uint8Array) => Promise<Uint8Array>): Subscription;

  /**
   * Resolves when what was served and listened to so far is known to the server, so that who asks from then on finds
   * it; at once while disconnected, since a connection begins by telling all of it. Leaf links learn of it
   * later. Fails with `unavailable` if the server says nothing within `limits.connectMs`.
   */
  flush(): Promise<void>;

  /** Whether a request could be sent now. */
  readonly connected: boolean;

  /** Calls back at each connection after a loss. Hints were missed meanwhile: look again. Returns how to stop. */
  onConnected(callback: () => void): () => void;

  /** Stops what serves and listens, finishes what is in hand within `limits.busCloseMs`, disconnects. Idempotent. */
  close(): Promise<void>;
}

/** Told of bugs in handlers (code `internal`), so that whoever owns the log can write them down. */
export type OnBusError = (error: ShoalError, subject: string) => void;
