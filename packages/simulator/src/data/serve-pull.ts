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

/** One page of a pull round, beyond the caller's vector, in seq order, up to the tail of the log (REP-1, REP-2). */
export function servePull(parts: Parts, log: LogFile, life: StreamId, request: PullRequest): PullReply {
  const { have, headSeq, logId, rows } = log.content;
  const proof = confirmedProof(log, logId, life, request.token);
  const fromSeq = proof === null ? 0 : request.token!.seq;
  const notedHeadSeq = proof?.notedHeadSeq ?? headSeq;
  const tailSeq = parts.tailOf(notedHeadSeq, headSeq);
  const beyond = [...rows.values()].filter(
    ({ seq, entry }) => seq > fromSeq && seq <= tailSeq && !claims(request.have, entry),
  );
  const sent = beyond.slice(0, request.limit);
  const isTail = beyond.length <= request.limit;
  const seq = isTail ? tailSeq : sent[sent.length - 1]!.seq;
  return {
    page: {
      logId,
      isFirst: proof === null,
      have,
      after: { seq, proof: formatProof({ life, chain: log.chainAt(seq) ?? '', notedHeadSeq }) },
      isTail,
    },
    entries: sent.map(({ entry }) => entry),
  };
}

function confirmedProof(log: LogFile, logId: LogId, life: StreamId, token: RoundToken | null): Proof | null {
  if (token === null || token.logId !== logId || token.seq > log.content.headSeq) return null;
  const proof = JSON.parse(token.proof) as Proof;
  const isSame = proof.life === life && proof.chain === log.chainAt(token.seq);
  return isSame ? proof : null;
}

function formatProof(proof: Proof): string {
  return JSON.stringify(proof);
}
