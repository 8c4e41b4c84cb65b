import { claims, type LogId, type RoundPage, type RoundToken, type StreamId, type Vector } from '@shoal/core';
import type { Parts } from '../parts.ts';
import type { Entry } from './entry.ts';
import type { LogFile } from './log-file.ts';

export interface PullRequest {
  readonly have: Vector;
  readonly token: RoundToken | null;
  readonly limit: number;
}

export interface PullReply {
  readonly page: RoundPage;
  readonly entries: readonly Entry[];
}

/** What a proof is made of beside the hash: the life of the server, and where its head was when the round began. */
interface Proof {
  readonly life: StreamId;
  readonly chain: string;
  readonly notedHeadSeq: number;
}

/** Where a log-store is asked: its log, its life, and the hashes that it gave in it, for entries that have gone since. */
export interface PullServer {
  readonly log: LogFile;
  readonly life: StreamId;
  readonly given: Map<number, string>;
}

/** One page of a pull round, beyond the caller's vector, in seq order, up to the tail of the log (REP-1, REP-2). */
export function servePull(parts: Parts, server: PullServer, request: PullRequest): PullReply {
  const { log, life, given } = server;
  const { headSeq, logId, rows, holes } = log.content;
  const have = parts.servedClaim(log.content.have, holes.length);
  const proof = confirmedProof(server, logId, request.token);
  const fromSeq = proof === null ? 0 : request.token!.seq;
  const notedHeadSeq = proof?.notedHeadSeq ?? headSeq;
  const tailSeq = parts.tailOf(notedHeadSeq, headSeq);
  const beyond = [...rows.values()].filter(
    ({ seq, entry }) => seq > fromSeq && seq <= tailSeq && !claims(request.have, entry),
  );
  const sent = beyond.slice(0, request.limit);
  if (sent.some(({ isDamaged }) => isDamaged)) {
    log.setAsideDamaged();
    return servePull(parts, server, request);
  }
  const isTail = beyond.length <= request.limit;
  const seq = isTail ? tailSeq : sent[sent.length - 1]!.seq;
  const chain = log.chainAt(seq) ?? '';
  given.set(seq, chain);
  return {
    page: {
      logId,
      isFirst: proof === null,
      have,
      after: { seq, proof: formatProof({ life, chain, notedHeadSeq }) },
      isTail,
    },
    entries: sent.map(({ entry }) => entry),
  };
}

function confirmedProof(
  { log, life, given }: PullServer,
  logId: LogId,
  token: RoundToken | null,
): Proof | null {
  if (token === null || token.logId !== logId || token.seq > log.content.headSeq) return null;
  const proof = JSON.parse(token.proof) as Proof;
  // A round goes on also where the last entry that it brought has gone since (LOG-4).
  const chain = log.chainAt(token.seq) ?? given.get(token.seq);
  return proof.life === life && proof.chain === chain ? proof : null;
}

function formatProof(proof: Proof): string {
  return JSON.stringify(proof);
}
