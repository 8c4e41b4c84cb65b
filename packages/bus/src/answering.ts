import { asShoalError, limits, ShoalError } from '@shoal/core';
import { inTraceOf } from '@shoal/telemetry';
import type { OnBusError } from './bus.ts';
import { checkPayload } from './payload-limit.ts';

/** What goes back to a caller. */
export type Answer =
  | { readonly kind: 'reply'; readonly payload: Uint8Array }
  | { readonly kind: 'failure'; readonly error: ShoalError };

/** A request as it came in. */
export interface Asked {
  readonly payload: Uint8Array;
  /** How long the caller waits; undefined: it did not say. */
  readonly timeoutMs: number | undefined;
  /** The trace that the request is a part of; empty: none. */
  readonly traceParent: string;
  /** Called once. */
  readonly answer: (answer: Answer) => void;
}

/** Answers requests by one handler, within bounds. */
export interface Answering {
  take(asked: Asked): void;
  /** Takes no more; resolves when all that was taken is answered. */
  stop(): Promise<void>;
}

export interface AnsweringOptions {
  readonly subject: string;
  readonly handler: (payload: Uint8Array) => Promise<Uint8Array>;
  readonly onError: OnBusError;
}

interface Waiting extends Asked {
  readonly deadlineMs: number;
}

/**
 * Runs a handler for what is asked: `servedAtOnceMax` at once, `servedWaitingMax` waiting, the rest refused. A handler
 * that hangs keeps its place until the caller's deadline, not longer; a request whose caller has given up is
 * not begun.
 */
export function answering(options: AnsweringOptions): Answering {
  const waiting: Waiting[] = [];
  const whenIdle: (() => void)[] = [];
  let running = 0;
  let isStopped = false;

  const next = () => {
    while (running < limits.servedAtOnceMax) {
      const asked = waiting.shift();
      if (asked === undefined) break;
      running += 1;
      void answerOne(asked, options).then((answer) => {
        running -= 1;
        asked.answer(answer);
        next();
      });
    }
    if (running === 0 && waiting.length === 0) for (const resolve of whenIdle.splice(0)) resolve();
  };

  return {
    take: (asked) => {
      if (isStopped) return asked.answer(refusal(options.subject, 'is stopping'));
      if (waiting.length >= limits.servedWaitingMax) return asked.answer(refusal(options.subject, 'is busy'));
      const allowedMs = Math.min(asked.timeoutMs ?? limits.requestMs, limits.requestMsMax);
      waiting.push({ ...asked, deadlineMs: performance.now() + allowedMs });
      next();
    },
    stop: () => {
      isStopped = true;
      return new Promise((resolve) => {
        whenIdle.push(resolve);
        next();
      });
    },
  };
}

async function answerOne(asked: Waiting, options: AnsweringOptions): Promise<Answer> {
  const { subject, handler, onError } = options;
  const { promise: late, resolve: giveUp } = Promise.withResolvers<Answer>();
  const leftMs = asked.deadlineMs - performance.now();
  const error = new ShoalError('deadline-exceeded', `${subject} did not answer within the caller's deadline`);
  if (leftMs <= 0) return { kind: 'failure', error };
  const timer = setTimeout(() => giveUp({ kind: 'failure', error }), leftMs);
  const work = async (): Promise<Answer> => {
    try {
      const payload = await inTraceOf(asked.traceParent, () => handler(asked.payload));
      checkPayload(subject, payload);
      return { kind: 'reply', payload };
    } catch (thrown) {
      const error = asShoalError(thrown);
      if (error.code === 'internal') onError(error, subject);
      return { kind: 'failure', error };
    }
  };
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function refusal(subject: string, why: string): Answer {
  return { kind: 'failure', error: new ShoalError('unavailable', `${subject} ${why}`) };
}
