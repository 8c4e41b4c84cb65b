import type { ChangedRef } from './records-changed.ts';

/** What a watcher is to hear next. */
export type Change =
  | { readonly kind: 'record'; readonly changed: ChangedRef }
  /** Something was missed: read again. */
  | { readonly kind: 'gap' };

/** What waits for one watcher: at most `max` records, however slow it is. */
export interface ChangeQueue {
  push(changed: ChangedRef): void;
  /** Forgets what waits and says that something was missed. */
  pushGap(): void;
  /** The next change, once there is one; undefined when the queue was closed. */
  take(): Promise<Change | undefined>;
  close(): void;
}

/**
 * A record that changes again before it was heard of waits once, at its first place: it is read when it is sent.
 * One more than `max` records become one gap.
 */
export function changeQueue(max: number): ChangeQueue {
  const waiting = new Map<string, ChangedRef>();
  let hasGap = false;
  let isClosed = false;
  let wake: (() => void) | undefined;

  const next = (): Change | undefined => {
    if (hasGap) {
      hasGap = false;
      return { kind: 'gap' };
    }
    for (const [key, changed] of waiting) {
      waiting.delete(key);
      return { kind: 'record', changed };
    }
    return undefined;
  };
  const pushGap = () => {
    waiting.clear();
    hasGap = true;
    wake?.();
  };
  return {
    push: (changed) => {
      waiting.set(`${changed.model}/${changed.id}`, changed);
      if (waiting.size > max) pushGap();
      else wake?.();
    },
    pushGap,
    take: async () => {
      for (;;) {
        if (isClosed) return undefined;
        const change = next();
        if (change !== undefined) return change;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => {
      isClosed = true;
      wake?.();
    },
  };
}
