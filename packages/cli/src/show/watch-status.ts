import { asShoalError } from '@shoal/core';
import { pause } from '../supervisor/pause.ts';
import type { Surroundings } from '../surroundings.ts';
import { createLiveView } from './live-view.ts';
import type { Output } from './output.ts';
import { paintFor } from './paint.ts';
import { describeFailure, failureLines } from './report-failure.ts';
import { type LibraryStatus, statusTable } from './status-table.ts';

export interface WatchStatusOptions {
  readonly read: () => Promise<readonly LibraryStatus[]>;
  /** A status for people where there is no terminal. */
  readonly lines: (status: LibraryStatus) => readonly string[];
  readonly output: Output;
  readonly stdout: Surroundings['stdout'];
  readonly ending: Promise<unknown>;
  readonly watchMs?: number;
}

/**
 * Shows the status of a device until it is asked to end: on a terminal as a table in place, elsewhere as a block per
 * change, with --json as a line per change, an array of statuses. While the device does not answer that is said, as a
 * failure is said, and it is looked for again; but not where it did not answer at first: then it throws that.
 */
export async function watchStatus(options: WatchStatusOptions): Promise<void> {
  const { read, ending, watchMs = 1_000 } = options;
  const stopping = new AbortController();
  void ending.then(() => stopping.abort());
  const show = showing(options);
  let isFirst = true;
  while (!stopping.signal.aborted) {
    try {
      const statuses = await read();
      show(statuses);
    } catch (error) {
      if (isFirst || !asShoalError(error).retryable) throw error;
      show(describeFailure(error));
    }
    isFirst = false;
    await pause(watchMs, stopping.signal);
  }
}

type Look = readonly LibraryStatus[] | ReturnType<typeof describeFailure>;

function showing({ output, stdout, lines }: WatchStatusOptions): (look: Look) => void {
  if (!output.isJson && stdout.isTTY === true) {
    const view = createLiveView(stdout);
    const paint = paintFor(stdout);
    return (look) =>
      view.draw(
        'code' in look
          ? failureLines(look).map((line, index) => (index === 0 ? paint('bad', line) : line))
          : statusTable(look, { nowMs: Date.now(), paint }),
      );
  }
  let shown = '';
  return (look) => {
    const text = JSON.stringify(look, withoutTime);
    if (text === shown) return;
    const isFirst = shown === '';
    shown = text;
    output.result(look, () => [
      ...(isFirst ? [] : ['']),
      ...('code' in look ? [`${look.code}: ${look.message}`] : look.flatMap(lines)),
    ]);
  };
}

/** What changes by itself is no change: when a peer was heard, and by which time a clock is ahead. */
const byItself = new Set(['lastHeard', 'theirs', 'ours']);

function withoutTime(key: string, value: unknown): unknown {
  return byItself.has(key) ? undefined : value;
}
