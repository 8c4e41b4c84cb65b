import type { LogId } from '../ids.ts';
import type { LogSighting } from './sighting.ts';

/** The last word of a device's ingest to its log (LOG-3): kept, too, when the log takes a new id. */
export interface LastWord {
  readonly logId: LogId;
  readonly appliedSeq: number;
}

/**
 * Whether a library that says where it `read` the log last is behind what its ingest has told that log before: then it
 * went back, and the log's holes are no longer known to it (LOG-1, REP-6). In doubt it is: a hole that is wrongly taken
 * for unknown waits for a peer, one that is wrongly taken for known is claimed and lacked. `logId`: the log's id now.
 */
export function isBehindLastWord(
  lastWord: LastWord | null,
  logId: LogId,
  read: Pick<LogSighting, 'logId' | 'seq'> | null,
): boolean {
  if (lastWord === null) return false;
  if (read === null) return true;
  if (read.logId === lastWord.logId) return read.seq < lastWord.appliedSeq;
  // It began to follow the log under the id of now, and has not told so yet.
  return read.logId !== logId;
}
