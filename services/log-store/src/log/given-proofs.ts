import { limits } from '@shoal/core';

/** Proofs of pages lately given, by their last seq: a round goes on also when the entry there has gone (LOG-4). */
export function givenProofs() {
  const proofBySeq = new Map<number, Buffer>();
  return {
    at: (seq: number): Buffer | undefined => proofBySeq.get(seq),
    add(seq: number, proof: Buffer): void {
      proofBySeq.delete(seq);
      proofBySeq.set(seq, proof);
      const [oldest] = proofBySeq.keys();
      if (proofBySeq.size > limits.roundsServedMax) proofBySeq.delete(oldest!);
    },
  };
}
