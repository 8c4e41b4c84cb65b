import type { BigIntStats } from 'node:fs';
import type { BytePath } from './byte-path.ts';
import type { EntryFacts, EntryKind } from './entry-store.ts';
import { fileIdOf, stampOf } from './stamp.ts';

/** One thing on disk that counts as an entry, as one `lstat` saw it. */
export interface DiskEntry {
  readonly name: BytePath;
  readonly kind: EntryKind;
  readonly fileId: string;
  readonly facts: EntryFacts;
}

/** Why something on disk is no entry. */
export type SkipReason = 'ignored' | 'socket' | 'fifo' | 'device' | 'unreadable';

/** The entry that `stats` (of `lstat`, with bigint) tell of, or why there is none. */
export function diskEntry(name: BytePath, stats: BigIntStats): DiskEntry | SkipReason {
  const kind = kindOf(stats);
  switch (kind) {
    case 'directory':
    case 'file':
    case 'symlink': {
      const facts = entryFacts(kind, stats);
      return { name, kind, fileId: fileIdOf(facts.stamp)!, facts };
    }
    default:
      return kind;
  }
}

/** The facts of a file, folder or link from its `stats`. */
export function entryFacts(kind: EntryKind, stats: BigIntStats): EntryFacts {
  return {
    size: kind === 'directory' ? 0 : Number(stats.size),
    modifiedAt: Number(stats.mtimeNs / 1_000_000n),
    createdAt: stats.birthtimeNs > 0n ? Number(stats.birthtimeNs / 1_000_000n) : null,
    stamp: stampOf(kind, stats),
  };
}

function kindOf(stats: BigIntStats): EntryKind | SkipReason {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isSocket()) return 'socket';
  return stats.isFIFO() ? 'fifo' : 'device';
}
