import { limits } from '@shoal/core';
import type { Library } from '@shoal/library';
import type { EntryStore } from '../index/entry-store.ts';
import { entryRows } from '../store/entry-rows.ts';
import type { IndexThread } from './index-thread.ts';

/**
 * The index's port on library.db. Large batches are written by the thread once it is there, so that the next files are
 * read meanwhile; all others, and all without a thread, by `library` itself.
 */
export function indexStore(
  library: Library,
  options: {
    readonly secret: Buffer;
    readonly modelsFile?: string | null;
    readonly thread?: IndexThread | null;
  },
): EntryStore {
  const { secret, modelsFile = null, thread } = options;
  const here = entryRows(library, secret);
  const { path, libraryId, device } = library.options;
  return {
    ...here,
    async apply(location, changes) {
      const isLarge = changes.length >= limits.indexThreadChangesMin;
      if (!isLarge || !thread?.isReady()) return here.apply(location, changes);
      const startMs = performance.now();
      const applied = await thread.apply({ path, libraryId, device, modelsFile, secret }, location, changes);
      library.announce(applied.changes, startMs);
      return applied.keyByRef;
    },
  };
}
