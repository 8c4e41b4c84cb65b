import { limits, type StreamId, servedClaim, type Vector, vectorAt } from '@shoal/core';
import { type Entry, type PullReply, type PullRequest, vectorFromWire, vectorToWire } from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import type { Place } from '../store/entry-rows.ts';
import { wireEntry, wireEntryBytes, wireVectorBytes } from './wire-entry.ts';

/** Up to this many missing entries are found by their positions; more are found by walking through the log. */
const gatherMax = 4 * limits.batchEntriesMax;

/**
 * One page of a pull round: what lies beyond the caller's vector, in seq order, bounded in entries, bytes and rows
 * looked at (REP-1). A token that this log cannot confirm starts the round anew (REP-2). Vector and entries are of
 * one moment, as nothing is written in between.
 */
export function pullPage(log: SyncLog, request: PullRequest): PullReply {
  const callerHave = vectorFromWire(request.have);
  const isConfirmed = isTokenConfirmed(log, request);
  const afterSeq = isConfirmed ? request.afterSeq : 0;
  const scan = scanBeyond(log, callerHave, afterSeq);
  const page = fillPage(log, scan, request.limit);
  if (page.damagedSeqs.length > 0) {
    // The log has another id now, so that no round goes on: what it claimed may rest on what is lost (LOG-1).
    log.setAside(page.damagedSeqs);
    return pullPage(log, request);
  }
  const isVectorWanted = page.isTail || !isConfirmed;
  return {
    logId: log.logId,
    entries: page.entries,
    have: isVectorWanted ? vectorToWire(servedClaim(log.have, log.holes)) : [],
    afterSeq: page.afterSeq,
    afterProof: log.giveProof(page.afterSeq),
    done: page.isTail,
    latestSeq: log.headSeq,
    firstPage: !isConfirmed,
  };
}

function isTokenConfirmed(log: SyncLog, request: PullRequest): boolean {
  if (request.logId !== log.logId || request.afterSeq > log.headSeq) return false;
  return log.proofAt(request.afterSeq)?.equals(request.afterProof) ?? false;
}

interface Scan {
  /** What to send, in order of seq. */
  readonly places: readonly Place[];
  /** Everything up to here was looked at. */
  readonly scannedSeq: number;
}

function scanBeyond(log: SyncLog, callerHave: Vector, afterSeq: number): Scan {
  return gatherBeyond(log, callerHave, afterSeq) ?? walkBeyond(log, callerHave, afterSeq);
}

/** By positions, stream by stream; null when that is too much. */
function gatherBeyond(log: SyncLog, callerHave: Vector, afterSeq: number): Scan | null {
  const found: Place[] = [];
  let total = 0;
  for (const [id, stream] of log.streamById) {
    const places = log.entries.placesBeyond(id, vectorAt(callerHave, stream), gatherMax + 1 - total);
    total += places.length;
    if (total > gatherMax) return null;
    for (const place of places) if (place.seq > afterSeq) found.push(place);
  }
  return { places: found.sort((a, b) => a.seq - b.seq), scannedSeq: log.headSeq };
}

/** Row by row from where the round stands; bounded, so a page may be short and the next one go on (T47). */
function walkBeyond(log: SyncLog, callerHave: Vector, afterSeq: number): Scan {
  const found: Place[] = [];
  let scannedSeq = afterSeq;
  let looked = 0;
  while (looked < limits.pageScanMax && found.length <= limits.batchEntriesMax) {
    const places = log.entries.placesAfter(scannedSeq, limits.batchEntriesMax);
    for (const place of places) if (isBeyond(log, callerHave, place)) found.push(place);
    looked += places.length;
    if (places.length < limits.batchEntriesMax) return { places: found, scannedSeq: log.headSeq };
    scannedSeq = places[places.length - 1]!.seq;
  }
  return { places: found, scannedSeq };
}

function isBeyond(log: SyncLog, callerHave: Vector, { streamId, originSeq }: Place): boolean {
  return originSeq > vectorAt(callerHave, log.streamById.get(streamId) as StreamId);
}

interface Page {
  readonly entries: Entry[];
  readonly afterSeq: number;
  readonly isTail: boolean;
  readonly damagedSeqs: readonly number[];
}

function fillPage(log: SyncLog, { places, scannedSeq }: Scan, limit: number): Page {
  const entriesMax = Math.min(limit || limits.batchEntriesMax, limits.batchEntriesMax);
  const entries: Entry[] = [];
  const damagedSeqs: number[] = [];
  let bytes = wireVectorBytes(log.have.size) + 256;
  let lastSeq = 0;
  for (const place of places) {
    const { seq } = place;
    const row = log.entries.at(place);
    if (!row.isIntact) {
      damagedSeqs.push(seq);
      continue;
    }
    bytes += wireEntryBytes(row);
    const isFull = entries.length === entriesMax || (entries.length > 0 && bytes > limits.messageBytesMax);
    if (isFull) return { entries, afterSeq: lastSeq, isTail: false, damagedSeqs };
    entries.push(wireEntry(log, row));
    lastSeq = seq;
  }
  return { entries, afterSeq: scannedSeq, isTail: scannedSeq === log.headSeq, damagedSeqs };
}
