/** Virtual time: what is due runs one after the other, in the order of its time, then of its asking. */
export interface Scheduler {
  /** Milliseconds since the start of the history; moves only between steps. */
  readonly nowMs: number;
  after(delayMs: number, work: () => void): Timer;
  /** Runs the next thing that is due; false when nothing is left, or nothing before `untilMs`. */
  step(untilMs: number): boolean;
}

export interface Timer {
  cancel(): void;
}

interface Due {
  readonly atMs: number;
  readonly turn: number;
  work: (() => void) | null;
}

export function createScheduler(): Scheduler {
  const heap: Due[] = [];
  let nowMs = 0;
  let turn = 0;
  return {
    get nowMs() {
      return nowMs;
    },
    after(delayMs, work) {
      const due: Due = { atMs: nowMs + Math.max(0, delayMs), turn: turn++, work };
      push(heap, due);
      return {
        cancel() {
          due.work = null;
        },
      };
    },
    step(untilMs) {
      while (heap.length > 0 && heap[0]!.atMs <= untilMs) {
        const { atMs, work } = pop(heap);
        if (work === null) continue;
        nowMs = atMs;
        work();
        return true;
      }
      nowMs = Math.max(nowMs, untilMs);
      return false;
    },
  };
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn);
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(due, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
