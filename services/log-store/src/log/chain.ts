import { hash } from 'node:crypto';
import type { StreamId, StreamPosition } from '@shoal/core';
import { lifeToBytes } from '@shoal/proto';
import { chainBytes } from '../store/log-row.ts';

/** What one hash is made of: the one before, a stream, a number of eight bytes. */
const chained = Buffer.alloc(chainBytes + 24 + 8);

/** The running hash after one more entry: of everything appended, in order, by position (REP-2). */
export function nextChain(chain: Buffer, { stream, originSeq }: StreamPosition): Buffer {
  chain.copy(chained, 0);
  lifeToBytes(stream).copy(chained, chainBytes);
  chained.writeUInt32BE(Math.floor(originSeq / 2 ** 32), chained.length - 8);
  chained.writeUInt32BE(originSeq % 2 ** 32, chained.length - 4);
  return digest(chained);
}

/**
 * What a page of a pull carries to show, with the next request, that the round meets the same log: made of the
 * running hash and of this life of the log-store, so that a log that went back confirms nothing (REP-2).
 */
export function pullProof(chain: Buffer, life: StreamId): Buffer {
  return digest(Buffer.concat([chain, lifeToBytes(life)]));
}

function digest(bytes: Buffer): Buffer {
  return hash('sha256', bytes, 'buffer').subarray(0, chainBytes);
}
