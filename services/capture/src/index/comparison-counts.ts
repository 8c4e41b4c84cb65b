import type { EntryChange } from './entry-store.ts';
import type { SkipCounts } from './scan.ts';

/** What one comparison saw and did. */
export interface ComparisonCounts {
  readonly folders: number;
  /** Files and folders in the folders that were read. */
  readonly compared: number;
  readonly created: number;
  readonly updated: number;
  readonly moved: number;
  readonly deleted: number;
  /** Files that were opened and read. */
  readonly filesRead: number;
  readonly skipped: Readonly<SkipCounts>;
}

/** Counts while a comparison runs; `counts` is a copy of that moment. */
export interface CountKeeper {
  /** A folder with so many files and folders in it. */
  folder(entries: number): void;
  skip(skipped: SkipCounts): void;
  change(type: EntryChange['type']): void;
  fileRead(): void;
  counts(): ComparisonCounts;
}

/** A keeper at zero. */
export function createCountKeeper(): CountKeeper {
  const changes = { create: 0, update: 0, move: 0, delete: 0 };
  const skipped: SkipCounts = {};
  let folders = 0;
  let compared = 0;
  let filesRead = 0;
  return {
    folder(entries) {
      folders += 1;
      compared += entries;
    },
    skip(more) {
      for (const [reason, count] of Object.entries(more) as [keyof SkipCounts, number][]) {
        skipped[reason] = (skipped[reason] ?? 0) + count;
      }
    },
    change(type) {
      changes[type] += 1;
    },
    fileRead() {
      filesRead += 1;
    },
    counts: () => ({
      folders,
      compared,
      created: changes.create,
      updated: changes.update,
      moved: changes.move,
      deleted: changes.delete,
      filesRead,
      skipped: { ...skipped },
    }),
  };
}
