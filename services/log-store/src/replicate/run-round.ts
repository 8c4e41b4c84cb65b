import { setImmediate as turn } from 'node:timers/promises';
import {
  claimsAll,
  type ErrorCode,
  limits,
  openRound,
  type PullRound,
  type RoundToken,
  roundAsks,
  ShoalError,
  stepRound,
  type Vector,
} from '@shoal/core';
import {
  logIdFromWire,
  type PullReply,
  type PullRequest,
  uuidToBytes,
  vectorFromWire,
  vectorToWire,
} from '@shoal/proto';
import { durableStep } from '@shoal/telemetry';
import type { SyncLog } from '../log/sync-log.ts';
import { parseEntries } from './parse-entries.ts';

export interface RoundOptions {
  readonly log: SyncLog;
  readonly ask: (request: PullRequest) => Promise<PullReply>;
  /** A page was stored, with so many new entries; where the round stands, and the head of the peer's log. */
  readonly onPage: (stored: number, at: { readonly round: PullRound; readonly ofSeq: number }) => void;
  /** What the server has, as it says at the start of a round and at its end. */
  readonly onHave?: (have: Vector) => void;
  /** Why entries of a page were not taken. */
  readonly onRefused?: (reasons: readonly ErrorCode[]) => void;
}

/** How a round ended. Whether anything came, entries or claims, decides how soon the next one may be. */
export type RoundEnd =
  | { readonly kind: 'finished'; readonly hasBrought: boolean; readonly hasRefused: boolean }
  | { readonly kind: 'abandoned'; readonly reason: string }
  /** The round to go on with next time (REP-2). */
  | { readonly kind: 'cut'; readonly round: PullRound; readonly error: unknown };

/**
 * Runs a pull round with one peer to its end: asks page by page, stores each, and claims what the round allows
 * (REP-1, REP-2). `from` is a round that was cut, if there is one.
 */
export async function runRound(options: RoundOptions, from?: PullRound): Promise<RoundEnd> {
  const { log } = options;
  let round = from ?? openRound(log.logId);
  let hasBrought = false;
  let ahead: Promise<PullReply> | undefined;
  try {
    for (let asks = roundAsks(round); asks !== null; asks = roundAsks(round)) {
      const reply = await (ahead ?? options.ask(requestOf(log, asks.token)));
      ahead = undefined;
      const page = pageOf(reply);
      options.onHave?.(page.have);
      round = stepRound(round, { kind: 'page', page });
      if (round.kind !== 'storing') break;
      if (round.claim === null) {
        ahead = askAhead(options, round.next.token);
        // Storing blocks this thread; the request is to be on its way before.
        await turn();
      }
      const { entries, refused } = parseEntries(log.libraryId, reply.entries);
      if (refused.length > 0) options.onRefused?.(refused);
      const stored = log.store(entries);
      hasBrought ||= stored > 0;
      round = stepRound(round, { kind: 'stored', ownLogId: log.logId, hasRefused: refused.length > 0 });
      options.onPage(stored, { round, ofSeq: reply.latestSeq });
    }
    if (round.kind === 'finished') {
      hasBrought ||= !claimsAll(log.have, round.claim);
      durableStep('round.before-claim');
      if (!round.hasRefused) log.claim(round.claim);
      durableStep('round.after-claim');
      return { kind: 'finished', hasBrought, hasRefused: round.hasRefused };
    }
    const reason = round.kind === 'abandoned' ? round.reason : 'no-way';
    return { kind: 'abandoned', reason };
  } catch (error) {
    return { kind: 'cut', round: stepRound(round, { kind: 'cut' }), error };
  }
}

/**
 * Asks for the next page before this one is stored: the peer reads it meanwhile. It is looked at only when this one is
 * stored; a failure is met then, and by nobody where the round ends before (REP-2).
 */
function askAhead({ log, ask }: RoundOptions, token: RoundToken): Promise<PullReply> {
  const asked = ask(requestOf(log, token));
  asked.catch(() => undefined);
  return asked;
}

function requestOf(
  log: SyncLog,
  token: { readonly logId: string; readonly seq: number; readonly proof: string } | null,
): PullRequest {
  return {
    libraryId: uuidToBytes(log.libraryId),
    // The newest, not that of the round's start: what came meanwhile need not come again.
    have: vectorToWire(log.have),
    afterSeq: token?.seq ?? 0,
    logId: token?.logId ?? '',
    limit: 0,
    afterProof: Buffer.from(token?.proof ?? '', 'hex'),
  };
}

function pageOf(reply: PullReply) {
  return {
    logId: logIdFromWire(reply.logId),
    isFirst: reply.firstPage,
    have: vectorFromWire(reply.have),
    after: { seq: reply.afterSeq, proof: proofOf(reply) },
    isTail: reply.done,
  };
}

/** Kept with the round, also over restarts: so it is bounded here (SEC-5). */
function proofOf({ afterProof }: PullReply): string {
  const { proofBytesMax } = limits;
  if (afterProof.length <= proofBytesMax) return afterProof.toString('hex');
  const message = `"after_proof": expected at most ${proofBytesMax} bytes, found ${afterProof.length}`;
  throw new ShoalError('malformed-message', message, { field: 'after_proof' });
}
