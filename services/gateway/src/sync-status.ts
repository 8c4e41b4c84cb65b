import { type Backfill, syncStateOf } from '@shoal/core';
import type { IngestStatusReply, LogStatusReply, SyncStatus } from '@shoal/proto';

/**
 * How far a library is in step, from what log-store and ingest say (ING-4); of one that does not answer the other's
 * word is what there is, and without both nothing is known.
 */
export function syncStatus(
  log: LogStatusReply | undefined,
  ingest: IngestStatusReply | undefined,
): SyncStatus | undefined {
  if (log === undefined && ingest === undefined) return undefined;
  const behind = log?.behind ?? 0;
  const headSeq = log?.headSeq ?? ingest?.headSeq ?? 0;
  // Of another log, ingest's word says nothing of this one.
  const isOfLog = ingest !== undefined && (log === undefined || ingest.logId === log.logId);
  const appliedSeq = (isOfLog ? ingest.appliedSeq : log?.appliedSeq) ?? 0;
  const unapplied = Math.max(0, headSeq - appliedSeq);
  const state = syncStateOf({
    isPaused: log?.throttled === 'paused' || ingest?.state === 'paused',
    // Nobody decides that yet (LOG-5).
    isStale: false,
    hasLooked: ingest === undefined ? appliedSeq > 0 : ingest.state !== 'uninitialised',
    backfill: backfillOf(log),
    behind,
    unapplied,
  });
  return { state, behind, unapplied };
}

function backfillOf(log: LogStatusReply | undefined): Backfill['kind'] {
  const state = log?.backfill?.state;
  return state === 'running' || state === 'done' ? state : 'never';
}
