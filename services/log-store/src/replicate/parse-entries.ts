import { asShoalError, type ErrorCode, type LibraryId } from '@shoal/core';
import { type Entry, type PositionedEntry, parsePositionedEntry } from '@shoal/proto';

/** What of a message from another log-store may be stored. */
export interface ParsedEntries {
  readonly entries: readonly PositionedEntry[];
  /** Why the others may not; none of them counts as had (LOG-1). */
  readonly refused: readonly ErrorCode[];
}

/** Parses entries at the edge, one by one: a damaged one costs only itself (SEC-5, T38). */
export function parseEntries(libraryId: LibraryId, wire: readonly Entry[]): ParsedEntries {
  const entries: PositionedEntry[] = [];
  const refused: ErrorCode[] = [];
  for (const each of wire) {
    try {
      const entry = parsePositionedEntry(each);
      if (entry.header.libraryId === libraryId) entries.push(entry);
      else refused.push('malformed-message');
    } catch (error) {
      const { code } = asShoalError(error);
      // Anything else is a bug of ours, not damage of theirs.
      if (code !== 'malformed-message' && code !== 'payload-too-large') throw error;
      refused.push(code);
    }
  }
  return { entries, refused };
}
