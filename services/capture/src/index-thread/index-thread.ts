import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits, ShoalError } from '@shoal/core';
import type { Log } from '@shoal/service-kit';
import type { EntryChange } from '../index/entry-store.ts';
import type { FromThread, ThreadApplied, ThreadLibrary, ToThread } from './thread-messages.ts';

/**
 * A thread that writes the large batches of an index, while the service reads the next files: both take about as long.
 * It is started with the first one that is wanted, and ends when none came for `indexThreadIdleMs`.
 */
export interface IndexThread {
  /** Whether it can write now; where it cannot yet, it is on its way, and the caller writes by itself. */
  isReady(): boolean;
  /** Applies a batch as `EntryStore` does, and throws as it does; `unavailable` where the thread ended. */
  apply(library: ThreadLibrary, location: number, changes: readonly EntryChange[]): Promise<ThreadApplied>;
  /** Lets go of a library. */
  close(path: string): Promise<void>;
  stop(): Promise<void>;
}

type Reply = Exclude<FromThread, { kind: 'ready' }>;
type Question =
  | Omit<Extract<ToThread, { kind: 'apply' }>, 'id'>
  | Omit<Extract<ToThread, { kind: 'close' }>, 'id'>;

interface Running {
  readonly worker: Worker;
  isReady: boolean;
  readonly waiting: Map<number, PromiseWithResolvers<Reply>>;
}

/** Nothing runs yet. One that fails is told of and not started again. `idleMs` and `script` are for tests. */
export function createIndexThread(options: {
  readonly log: Pick<Log, 'warn'>;
  readonly idleMs?: number;
  readonly script?: URL;
}): IndexThread {
  const { log, idleMs = limits.indexThreadIdleMs } = options;
  // In a package that somebody installed it is JavaScript, as this file is.
  const { script = new URL(`./thread-main${extname(import.meta.filename)}`, import.meta.url) } = options;
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  let hasFailed = false;

  function start(): Running {
    const worker = new Worker(script);
    const started: Running = { worker, isReady: false, waiting: new Map() };
    running = started;
    // It is nothing that the service waits for at its end.
    worker.unref();
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') started.isReady = true;
      else take(started, message);
    });
    worker.on('error', (error) => {
      hasFailed = true;
      const kind = error instanceof Error ? error.name : typeof error;
      log.warn({ kind }, 'the thread that writes the index failed; from now on the service writes all of it');
      end(started);
    });
    worker.on('exit', () => end(started));
    rest();
    return started;
  }

  function take({ worker, waiting }: Running, reply: Reply): void {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if (reply.kind === 'failed') asked?.reject(new ShoalError(reply.code, reply.message, reply.subject));
    else asked?.resolve(reply);
  }

  function end(ended: Running): void {
    if (running === ended) running = undefined;
    for (const { reject } of ended.waiting.values()) {
      reject(new ShoalError('unavailable', 'the thread that writes the index ended before its batch'));
    }
    ended.waiting.clear();
  }

  function rest(): void {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (running === undefined) return;
      if (!running.isReady || running.waiting.size > 0) rest();
      else void running.worker.terminate();
    }, idleMs);
    idle.unref();
  }

  function ask({ worker, waiting }: Running, question: Question): Promise<Reply> {
    const id = ++lastId;
    const asked = Promise.withResolvers<Reply>();
    waiting.set(id, asked);
    worker.ref();
    worker.postMessage({ ...question, id } satisfies ToThread);
    rest();
    return asked.promise;
  }

  return {
    isReady: () => !hasFailed && (running ?? start()).isReady,
    async apply(library, location, changes) {
      const reply = await ask(running ?? start(), { kind: 'apply', library, location, changes });
      if (reply.kind !== 'applied') throw new ShoalError('internal', `the thread answered ${reply.kind}`);
      return reply;
    },
    async close(path) {
      if (running?.isReady) await ask(running, { kind: 'close', path });
    },
    async stop() {
      clearTimeout(idle);
      await running?.worker.terminate();
    },
  };
}
