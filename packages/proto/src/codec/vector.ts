import { limits, ShoalError, type StreamId } from '@shoal/core';
import type { StreamPosition } from '../../gen/shoal/v1/log_store.ts';
import { lifeFromBytes, lifeToBytes } from './ids.ts';

/** A version vector as it travels, ordered by stream (LOG-2). */
export function vectorToWire(vector: ReadonlyMap<StreamId, number>): StreamPosition[] {
  return [...vector.keys()]
    .sort()
    .map((stream) => ({ stream: lifeToBytes(stream), originSeq: vector.get(stream)! }));
}

/** Parses and bounds a version vector. */
export function vectorFromWire(positions: readonly StreamPosition[]): Map<StreamId, number> {
  if (positions.length > limits.streamsMax) {
    throw new ShoalError('malformed-message', `a vector names ${positions.length} streams`, {
      field: 'have',
    });
  }
  return new Map(
    positions.map(({ stream, originSeq }) => [lifeFromBytes<StreamId>(stream, 'have'), originSeq]),
  );
}
