import type { Backfill } from './backfill.ts';

/**
 * How far one library is in step on this device (ING-4).
 *
 *   uninitialised ──the log was looked at──► ready ◄──nothing lacks──► catching-up
 *                                              ▲ nobody heard has more     │ far behind, or never filled
 *                                              └──────── backfilling ◄─────┘
 *   any ──a person──► paused ──a person──► any      any ──silent too long──► stale ──rejoined──► any
 */
export type SyncStateName = 'uninitialised' | 'backfilling' | 'catching-up' | 'ready' | 'paused' | 'stale';

/** What there is to see; each part is durable by itself or seen anew. */
export interface SyncFacts {
  /** By a person's wish, until it is taken back. */
  readonly isPaused: boolean;
  /** By a recorded decision of the members (LOG-5). */
  readonly isStale: boolean;
  /** Whether ingest has looked at its log since it started. */
  readonly hasLooked: boolean;
  readonly backfill: Backfill['kind'];
  /** Entries that the peers that are heard have and the own log lacks. */
  readonly behind: number;
  /** Entries of the own log that ingest has not applied. */
  readonly unapplied: number;
}

/**
 * The state, as a function of what is there: it is nowhere remembered, so no state can be stuck, and each has a way
 * out through the fact that leads to it (ING-4, REP-4).
 */
export function syncStateOf(facts: SyncFacts): SyncStateName {
  if (facts.isPaused) return 'paused';
  if (facts.isStale) return 'stale';
  if (!facts.hasLooked) return 'uninitialised';
  if (facts.backfill === 'running') return 'backfilling';
  return facts.behind > 0 || facts.unapplied > 0 ? 'catching-up' : 'ready';
}
