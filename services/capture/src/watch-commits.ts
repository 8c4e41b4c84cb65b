import { type FSWatcher, watch } from 'node:fs';

/** Hears of what anybody commits to a database. */
export interface CommitWatch {
  /** Whether it hears; where the system does not let it, it never does again. */
  isWatching(): boolean;
  close(): void;
}

/**
 * Watches the file that every commit in WAL mode writes, and calls `look` at most `restMs` after a commit, whoever makes
 * it: nothing wakes a process while nobody writes. Between a commit and its look nothing is watched, as a large
 * transaction would wake it at each of its pages; the look comes after the watch begins again, so it misses nothing.
 */
export function watchCommits(options: {
  /** The `-wal` file; there as long as the database is open. */
  readonly path: string;
  readonly restMs: number;
  readonly look: () => void;
}): CommitWatch {
  const { path, restMs, look } = options;
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let hasFailed = false;

  function arm(): void {
    try {
      watcher = watch(path, onChange);
      watcher.on('error', fail);
    } catch {
      // No room for another watch, or a file system without them: whoever asks for it looks by itself.
      fail();
    }
  }

  function fail(): void {
    hasFailed = true;
    disarm();
    look();
  }

  function disarm(): void {
    watcher?.close();
    watcher = undefined;
  }

  function onChange(kind: string): void {
    if (watcher === undefined) return;
    if (kind === 'rename') {
      // The file itself went: another one is written now.
      fail();
      return;
    }
    disarm();
    timer = setTimeout(() => {
      arm();
      look();
    }, restMs);
  }

  arm();
  return {
    isWatching: () => !hasFailed,
    close() {
      clearTimeout(timer);
      disarm();
    },
  };
}
