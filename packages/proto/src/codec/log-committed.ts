import type { LibraryId } from '@shoal/core';
import { LogCommitted } from '../../gen/shoal/v1/log_store.ts';
import { uuidFromBytes, uuidToBytes } from './ids.ts';

/** What the log-store tells its device after a commit of one sync.db. */
export interface LogGrowth {
  readonly libraryId: LibraryId;
  readonly headSeq: number;
  /** All that came was appended by the device itself: its library has it already. */
  readonly isOwn: boolean;
}

/** The hint after a commit of sync.db. */
export function encodeLogCommitted({ libraryId, headSeq, isOwn }: LogGrowth): Uint8Array {
  return LogCommitted.encode({ libraryId: uuidToBytes(libraryId), headSeq, own: isOwn }).finish();
}

/** Parses that hint (SEC-5). One that does not parse is undefined: it still says that some log grew. */
export function parseLogCommitted(payload: Uint8Array): LogGrowth | undefined {
  try {
    const { libraryId, headSeq, own } = LogCommitted.decode(payload);
    return { libraryId: uuidFromBytes<LibraryId>(libraryId, 'library_id'), headSeq, isOwn: own };
  } catch {
    return undefined;
  }
}
