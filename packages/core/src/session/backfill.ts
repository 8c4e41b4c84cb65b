import { limits } from '../limits.ts';

/**
 * The job of catching up from far behind (ING-4): the first fill of a log, or one after a long absence. Kept durably,
 * so that one that was cut off is known as such, and goes on. Times are Unix ms, for people.
 *
 *   never ──a peer has more──► running ──nobody heard has more──► done ──far behind──► running
 *
 * A running job waits for peers as long as none is heard: each heartbeat looks again, so there is always a way on.
 */
export type Backfill =
  | { readonly kind: 'never' }
  | BackfillRunning
  | {
      readonly kind: 'done';
      readonly startedMs: number;
      readonly endedMs: number;
      readonly fromSeq: number;
      /** The head when it ended. */
      readonly toSeq: number;
    };

interface BackfillRunning {
  readonly kind: 'running';
  readonly startedMs: number;
  /** The head of the own log when it began: what is behind it came since. */
  readonly fromSeq: number;
}

/** What a log-store sees of itself and its peers. */
export interface BackfillView {
  readonly wallMs: number;
  readonly headSeq: number;
  /** Entries that the peers that are heard have and we lack. */
  readonly behind: number;
  /** Whether anybody is heard. */
  readonly isAnybodyHeard: boolean;
}

/** The job after a look; the same value where nothing changed, so that only changes are stored. */
export function stepBackfill(job: Backfill, view: BackfillView): Backfill {
  const { wallMs, headSeq, behind, isAnybodyHeard } = view;
  const begun: Backfill = { kind: 'running', startedMs: wallMs, fromSeq: headSeq };
  switch (job.kind) {
    case 'never':
      return behind > 0 ? begun : job;
    case 'running':
      return isAnybodyHeard && behind === 0 ? { ...job, kind: 'done', endedMs: wallMs, toSeq: headSeq } : job;
    case 'done':
      return behind >= limits.backfillMin ? begun : job;
  }
}
