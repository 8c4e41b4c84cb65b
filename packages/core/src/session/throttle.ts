import { limits } from '../limits.ts';

/** Why a log-store takes nothing in from others for now (ING-5). */
export type ThrottleReason = 'paused' | 'disk-full' | 'unapplied';

/** What weighs on a log-store. */
export interface Pressure {
  readonly isPaused: boolean;
  /** Free bytes where its files lie; null where nobody can tell. */
  readonly diskFreeBytes: number | null;
  /**
   * Entries that ingest may read and has not applied. What is parked is applied; what a group still lacks may not be
   * read: pulling must go on for both, as what they wait for may lie ahead.
   */
  readonly unapplied: number;
}

/** Where pulling begins to wait; `limits`, where nothing else is said. */
export interface ThrottleBounds {
  readonly diskFreeMinBytes: number;
  readonly unappliedMax: number;
}

/**
 * Why pulling waits, or null (ING-5). Judged before each page from what is there, never remembered, so it ends by
 * itself; a person's wish goes first, then the disk. Holds back only what others have and keep: nothing is dropped.
 */
export function throttleOf(
  { isPaused, diskFreeBytes, unapplied }: Pressure,
  { diskFreeMinBytes, unappliedMax }: ThrottleBounds = limits,
): ThrottleReason | null {
  if (isPaused) return 'paused';
  if (diskFreeBytes !== null && diskFreeBytes < diskFreeMinBytes) return 'disk-full';
  return unapplied > unappliedMax ? 'unapplied' : null;
}
