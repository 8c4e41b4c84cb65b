import { type BytePath, displayPath, onDisk } from './byte-path.ts';
import type { HashFile } from './content-hash.ts';
import { type DiskEntry, entryFacts } from './disk-entry.ts';
import type { Content, EntryFacts } from './entry-store.ts';
import type { IndexLimits } from './index-limits.ts';
import { kindOfContent } from './kind-of-content.ts';
import { mimeTypeOf } from './mime.ts';

/** What came of looking at a file. `facts` are of the very bytes that `content` names. */
export type Identified =
  | { readonly state: 'identified'; readonly facts: EntryFacts; readonly content: Content | null }
  | { readonly state: 'unsettled' }
  | { readonly state: 'gone' }
  | { readonly state: 'unreadable'; readonly code: string };

/** Identifies the content of the file at `path`, which `disk` was seen at. */
export type IdentifyContent = (path: BytePath, disk: DiskEntry) => Promise<Identified>;

/**
 * Identifies by reading with `hashFile`. A file that was written less than `limits.settleMs` ago,
 * or that changes while it is read, is `unsettled` and not worth a change yet.
 */
export function identifyContent(options: {
  readonly root: BytePath;
  readonly hashFile: HashFile;
  readonly limits: Pick<IndexLimits, 'settleMs'>;
  /** Milliseconds since 1970, as the file system counts them. */
  readonly now: () => number;
}): IdentifyContent {
  const { root, hashFile, limits, now } = options;
  return async (path, disk) => {
    // Only the recent past is "being written"; a file from the future is as settled as one of last year.
    const age = now() - disk.facts.modifiedAt;
    if (age > -limits.settleMs && age < limits.settleMs) return { state: 'unsettled' };
    const outcome = await hashFile(onDisk(root, path));
    switch (outcome.state) {
      case 'hashed': {
        const facts = entryFacts('file', outcome.stats);
        return { state: 'identified', facts, content: contentOf(path, facts.size, outcome.hash) };
      }
      case 'changing':
        return { state: 'unsettled' };
      default:
        return outcome;
    }
  };
}

function contentOf(path: BytePath, byteSize: number, hash: string): Content | null {
  if (byteSize === 0) return null;
  const mimeType = mimeTypeOf(displayPath(path.slice(path.lastIndexOf('/') + 1) as BytePath));
  return { hash, byteSize, mimeType, kind: kindOfContent(mimeType) };
}
