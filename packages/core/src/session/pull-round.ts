import type { LogId } from '../ids.ts';
import { emptyVector, meetVectors, type Vector } from '../log/vector.ts';

/**
 * Where a round goes on in the server's log, and the proof that it is the same log (REP-2). The server makes the
 * proof of its running hash up to `seq` **and of its life**: a log that went back to before the round still has the
 * hash of what we read, but forgot what it claimed at the start, or what superseded the entries that we did not get.
 */
export interface RoundToken {
  readonly logId: LogId;
  readonly seq: number;
  /** Opaque to us. */
  readonly proof: string;
}

/**
 * One pull round of a client (REP-1, REP-2), bound to the logs of both sides.
 *
 *   opening ──page──► storing ──stored──► reading ──page──► storing ──stored at the tail──► finished
 *      ▲ ▲               │ cut                ▲ │ cut: stays, and resumes by its token           │ cut: the claim
 *      │ └───────────────┴────────────────────┘ └ page that makes no way, own log replaced ──► abandoned
 *      └─────────────────────────────────────────────────────────────────────────────────────────┘ could not be merged
 */
export type PullRound =
  | RoundOpening
  | RoundReading
  | RoundStoring
  | RoundFinished
  | { readonly kind: 'abandoned'; readonly reason: 'own-log-replaced' | 'no-way' };

interface RoundOpening {
  readonly kind: 'opening';
  readonly ownLogId: LogId;
}
interface RoundReading {
  readonly kind: 'reading';
  readonly ownLogId: LogId;
  readonly token: RoundToken;
  /** The server's vector when the round started: claimed at the end, not before. */
  readonly noted: Vector;
  /** Whether an entry since then was not stored. */
  readonly hasRefused: boolean;
  /** How often the server started this round anew. */
  readonly restarts: number;
}
interface RoundStoring {
  readonly kind: 'storing';
  /** Where the round stands once this page is stored. */
  readonly next: RoundReading;
  /** Where it stands if storing fails. */
  readonly before: RoundOpening | RoundReading;
  /** What the round claims when this page ends it; null: there is more to read. */
  readonly claim: Vector | null;
}

interface RoundFinished {
  readonly kind: 'finished';
  readonly ownLogId: LogId;
  /** May be merged into our vector now, and not later: by then our log may be another one (LOG-1). */
  readonly claim: Vector;
  readonly hasRefused: boolean;
}

/** What a page says of the round; its entries are the shell's business. */
export interface RoundPage {
  readonly logId: LogId;
  /** Whether the server started the round (anew) with this page. */
  readonly isFirst: boolean;
  /** The server's vector when it read the page. Of use on the first and the last. */
  readonly have: Vector;
  readonly after: { readonly seq: number; readonly proof: string };
  /** Whether the page reached the tail of the server's log. */
  readonly isTail: boolean;
}

export type RoundEvent =
  | { readonly kind: 'page'; readonly page: RoundPage }
  /** The page is durably stored, but for damaged entries, if any. */
  | { readonly kind: 'stored'; readonly ownLogId: LogId; readonly hasRefused: boolean }
  /** A request, the storing of a page or the merging of the claim failed. */
  | { readonly kind: 'cut' };

/** A server that starts a round anew more often than this makes no way; the next round comes after a pause. */
const restartsMax = 3;

/** A round that has not asked yet. */
export function openRound(ownLogId: LogId): PullRound {
  return { kind: 'opening', ownLogId };
}

/** What the next request carries beside the caller's own vector; nothing starts a round. Null: nothing to ask. */
export function roundAsks(round: PullRound): { readonly token: RoundToken | null } | null {
  switch (round.kind) {
    case 'opening':
      return { token: null };
    case 'reading':
      return { token: round.token };
    case 'storing':
    case 'finished':
    case 'abandoned':
      return null;
  }
}

/** The round after an event. Total: what does not belong to a state leaves it as it is. */
export function stepRound(round: PullRound, event: RoundEvent): PullRound {
  switch (round.kind) {
    case 'opening':
    case 'reading':
      return event.kind === 'page' ? takePage(round, event.page) : round;
    case 'storing':
      if (event.kind === 'cut') return round.before;
      return event.kind === 'stored' ? pageStored(round, event) : round;
    case 'finished':
      return event.kind === 'cut' ? openRound(round.ownLogId) : round;
    case 'abandoned':
      return round;
  }
}

function takePage(round: RoundOpening | RoundReading, page: RoundPage): PullRound {
  return page.isFirst ? takeFirst(round, page) : takeNext(round, page);
}

/** Also in the middle: a server that cannot confirm the token starts anew, with another vector (REP-2). */
function takeFirst(before: RoundOpening | RoundReading, page: RoundPage): PullRound {
  const { ownLogId } = before;
  const { isTail } = page;
  const token = tokenOf(page);
  const restarts = before.kind === 'opening' ? 0 : before.restarts + 1;
  if (restarts > restartsMax || (!isTail && token.seq === 0)) return { kind: 'abandoned', reason: 'no-way' };
  const next = { kind: 'reading', ownLogId, token, noted: page.have, hasRefused: false, restarts } as const;
  return { kind: 'storing', next, before, claim: isTail ? page.have : null };
}

function takeNext(before: RoundOpening | RoundReading, page: RoundPage): PullRound {
  const { isTail } = page;
  const token = tokenOf(page);
  if (before.kind === 'opening' || token.logId !== before.token.logId) {
    return { kind: 'abandoned', reason: 'no-way' };
  }
  // A page that does not move on would be asked for without end; the tail may be where we stand.
  const isBehind = isTail ? token.seq < before.token.seq : token.seq <= before.token.seq;
  if (isBehind) return { kind: 'abandoned', reason: 'no-way' };
  // What a server no longer claims at the tail it cannot have given us.
  const claim = isTail ? meetVectors(before.noted, page.have) : null;
  return { kind: 'storing', next: { ...before, token }, before, claim };
}

function tokenOf({ logId, after }: RoundPage): RoundToken {
  return { logId, seq: after.seq, proof: after.proof };
}

function pageStored(round: RoundStoring, event: RoundEvent & { kind: 'stored' }): PullRound {
  const { next } = round;
  if (event.ownLogId !== next.ownLogId) return { kind: 'abandoned', reason: 'own-log-replaced' };
  const hasRefused = next.hasRefused || event.hasRefused;
  if (round.claim === null) return { ...next, hasRefused };
  // A refused entry may be the one for which the server let go of others, in any stream: so nothing is claimed but
  // what is contiguous, and the next round asks again (LOG-1, LOG-2).
  const claim = hasRefused ? emptyVector : round.claim;
  return { kind: 'finished', ownLogId: next.ownLogId, claim, hasRefused };
}
