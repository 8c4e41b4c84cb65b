import { limits, ShoalError, type StreamId } from '@shoal/core';
import type { StreamPosition } from '../../gen/shoal/v1/log_store.ts';
import { lifeFromBytes, lifeToBytes } from './ids.ts';

/** A version vector as it travels, ordered by stream (LOG-2). */
export function vectorToWire(vector: ReadonlyMap<StreamId, number>): StreamPosition[] {
  return [...vector.keys()]
    .sort()
    .map((stream) => ({ stream: lifeToBytes(stream), originSeq: vector.get(stream)! }));
}

/** Parses and bounds a version vector: each stream once (SEC-5). Throws `malformed-message`. */
export function vectorFromWire(positions: readonly StreamPosition[]): Map<StreamId, number> {
  if (positions.length > limits.streamsMax)
    refuse(`${positions.length} streams, at most ${limits.streamsMax} are allowed`);
  const vector = new Map<StreamId, number>();
  for (const { stream, originSeq } of positions)
    vector.set(lifeFromBytes<StreamId>(stream, 'have'), originSeq);
  if (vector.size !== positions.length) refuse('a stream twice');
  return vector;
}

function refuse(found: string): never {
  throw new ShoalError('malformed-message', `"have": found ${found}`, { field: 'have' });
}
