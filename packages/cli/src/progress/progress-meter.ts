import type { Output } from '../show/output.ts';
import { progressLine } from './progress-line.ts';
import { addSample, leftMs, perSecond, type Samples } from './rate.ts';

/** A piece of work as it is looked at: how much is done, or how much is left, whichever is known; or neither. */
export type Work = { readonly what: string } | Measured;

type Measured =
  | { readonly what: string; readonly done: number; readonly total?: number | undefined }
  | { readonly what: string; readonly left: number };

/** Shows where pieces of work stand, each with its rate and the time that it takes still. */
export interface ProgressMeter {
  /** What is under way now; the first is shown with its bar, of the others how much is left. */
  show(works: readonly Work[]): void;
  /** Takes the line away. */
  end(): void;
}

/** What is remembered of a piece of work between two looks. */
interface Memory {
  readonly samples: Samples;
  readonly left: number;
}

const worksMax = 64;

/** A meter that writes through an output; `nowMs` is a clock that only goes on. */
export function createProgressMeter(
  output: Pick<Output, 'progress'>,
  nowMs: () => number = () => performance.now(),
): ProgressMeter {
  const memoryByWhat = new Map<string, Memory>();
  const lineOf = (work: Work) => {
    if (!('left' in work || 'done' in work)) return work.what;
    const memory = remember(memoryByWhat.get(work.what), work, nowMs());
    if (memoryByWhat.size >= worksMax) memoryByWhat.clear();
    memoryByWhat.set(work.what, memory);
    const { samples } = memory;
    const done = samples.at(-1)?.done ?? 0;
    const total = 'left' in work ? done + work.left : work.total;
    return progressLine({
      what: work.what,
      done,
      total,
      perSecond: perSecond(samples),
      leftMs: total === undefined ? undefined : leftMs(samples, total),
    });
  };
  return {
    show: (works) => {
      const lines = works.map(lineOf);
      const [first] = lines;
      if (first === undefined) return output.progress(undefined);
      const others = works.slice(1).map(briefly);
      output.progress([first, ...others].join('; '));
    },
    end: () => output.progress(undefined),
  };
}

/** Of work of which only the rest is known, done is what the rest became less by: more may come meanwhile. */
function remember(before: Memory | undefined, work: Measured, atMs: number): Memory {
  if ('done' in work) {
    return { samples: addSample(before?.samples ?? [], { atMs, done: work.done }), left: 0 };
  }
  const done = (before?.samples.at(-1)?.done ?? 0) + Math.max(0, (before?.left ?? work.left) - work.left);
  return { samples: addSample(before?.samples ?? [], { atMs, done }), left: work.left };
}

function briefly(work: Work): string {
  return 'left' in work ? `${work.what} ${work.left}` : work.what;
}
