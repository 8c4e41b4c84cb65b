import { hash } from 'node:crypto';
import type { StreamId, StreamPosition } from '@shoal/core';
import { lifeToBytes } from '@shoal/proto';
import { chainBytes } from '../store/log-row.ts';

/** The running hash after one more entry: of everything appended, in order, by position (REP-2). */
export function nextChain(chain: Buffer, { stream, originSeq }: StreamPosition): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(originSeq));
  return digest(chain, lifeToBytes(stream), number);
}

/**
 * What a page of a pull carries to show, with the next request, that the round meets the same log: made of the
 * running hash and of this life of the log-store, so that a log that went back confirms nothing (REP-2).
 */
export function pullProof(chain: Buffer, life: StreamId): Buffer {
  return digest(chain, lifeToBytes(life));
}

function digest(...parts: readonly Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer').subarray(0, chainBytes);
}
