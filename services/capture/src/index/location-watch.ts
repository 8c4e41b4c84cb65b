import type { BytePath } from './byte-path.ts';
import type { DirtyFolder } from './dirty-folders.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import type { IndexLimits } from './index-limits.ts';
import type { FolderWatch, WatchFolder } from './watch.ts';

/** The watch of a location over the lives of its root. */
export interface LocationWatch {
  /** Watches the root with this file id by these rules; waits for the watch to be up, for a bounded time. */
  ensure(rootId: string, rules: IgnoreRules): Promise<void>;
  /** Whether hints may be missing. */
  isBlind(): boolean;
  stop(): Promise<void>;
}

/** No watch yet. `onGap` says that something may have passed without a hint, once per gap. */
export function createLocationWatch(options: {
  readonly root: BytePath;
  readonly limits: Pick<IndexLimits, 'watchReadyMs'>;
  readonly watchFolder: WatchFolder;
  readonly onHint: (folder: DirtyFolder) => void;
  readonly onGap: (error: unknown) => void;
}): LocationWatch {
  const { root, limits, watchFolder, onHint, onGap } = options;
  let current: {
    readonly watch: FolderWatch;
    readonly rootId: string;
    readonly rules: IgnoreRules;
  } | null = null;
  let isBlind = true;

  const stop = async () => {
    const watch = current?.watch;
    current = null;
    isBlind = true;
    await watch?.close();
  };

  const onError = (error: unknown) => {
    if (isBlind) return;
    isBlind = true;
    onGap(error);
  };

  return {
    async ensure(rootId, rules) {
      if (current?.rootId === rootId && current.rules === rules) return;
      await stop();
      isBlind = false;
      let watch: FolderWatch;
      try {
        watch = await watchFolder({ root, rules, onHint, onError });
      } catch (error) {
        onError(error);
        return;
      }
      current = { watch, rootId, rules };
      if (await isWithin(watch.ready, limits.watchReadyMs)) return;
      void watch.ready.then(() => {
        if (current?.watch === watch) onGap(null);
      });
    },
    isBlind: () => isBlind,
    stop,
  };
}

async function isWithin(event: Promise<void>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const result = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return result;
}
