import type { LogId, StreamId } from '../ids.ts';

/** What one file remembers of a log: in that life of the log-store it had given the numbers up to `seq` (REP-6). */
export interface LogSighting {
  readonly logId: LogId;
  readonly life: StreamId;
  readonly seq: number;
}

/** One start of a log-store on its file: the last seq that had been given then. */
export interface LogLife {
  readonly life: StreamId;
  readonly startSeq: number;
}

/**
 * Whether a log still has what somebody saw of it (REP-6). `lives` are its starts in order, the present one last. A
 * file put back from a copy does not know a life that began after the copy was made, or starts its next one below
 * what was seen; so nothing has to be kept of the entries themselves, which compaction may have removed.
 */
export function confirmsSighting(
  lives: readonly LogLife[],
  headSeq: number,
  { life, seq }: LogSighting,
): boolean {
  const at = lives.findLastIndex((known) => known.life === life);
  if (at < 0) return false;
  return seq <= (lives[at + 1]?.startSeq ?? headSeq);
}
