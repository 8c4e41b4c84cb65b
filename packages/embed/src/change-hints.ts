import type { ViewChange } from '@shoal/library';

/** Tells others of commits: the first at once, those that come soon after it together. */
export interface ChangeHints {
  add(changes: readonly ViewChange[]): void;
  /** Tells what waits. */
  close(): void;
}

/** How long the next is waited for after one was told, in ms: who writes a record at a time tells of many at once. */
const pauseMs = 5;

/** Records that are named at once; of more a hint says that there are more. */
const namedMax = 1_000;

/** Hints that are told by `tell`. */
export function changeHints(tell: (changes: readonly ViewChange[]) => void): ChangeHints {
  let waiting: ViewChange[] = [];
  let hasNews = false;
  let timer: NodeJS.Timeout | undefined;

  function tellNow(): void {
    const told = waiting;
    waiting = [];
    hasNews = false;
    tell(told);
  }

  function pause(): void {
    timer = setTimeout(() => {
      timer = undefined;
      if (!hasNews) return;
      tellNow();
      pause();
    }, pauseMs).unref();
  }

  return {
    add(changes) {
      hasNews = true;
      for (const change of changes) if (waiting.length < namedMax) waiting.push(change);
      if (timer !== undefined) return;
      tellNow();
      pause();
    },
    close() {
      clearTimeout(timer);
      if (hasNews) tellNow();
    },
  };
}
