import type { LibraryId } from '@shoal/core';
import { parseLogCommitted } from '@shoal/proto';

/**
 * Which library's log grew, as a hint of the log-store says, and whether that is news to ingest. What the device
 * appended itself its library has already: it is passed over a little later, without competing with whoever writes.
 * Undefined where the hint does not parse: any log may have grown.
 */
export function readHint(
  payload: Uint8Array,
): { readonly libraryId: LibraryId; readonly isNews: boolean } | undefined {
  const growth = parseLogCommitted(payload);
  return growth && { libraryId: growth.libraryId, isNews: !growth.isOwn };
}
