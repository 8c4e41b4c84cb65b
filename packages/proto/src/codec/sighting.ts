import { type LogSighting, limits, ShoalError, type StreamId } from '@shoal/core';
import type { LastSighting, LogSighting as WireLogSighting } from '../../gen/shoal/v1/log_store.ts';
import { lifeFromBytes, lifeToBytes, logIdFromWire } from './ids.ts';

/** Sightings of a log as they travel (REP-6). */
export function sightingsToWire(sightings: readonly LogSighting[]): WireLogSighting[] {
  return sightings.map(({ logId, life, seq }) => ({ logId, life: lifeToBytes(life), seq }));
}

/** What was seen of a log last, as it travels; null: nothing (LOG-1). */
export function lastSightingToWire(seen: LogSighting | null): LastSighting {
  return { sighting: seen === null ? undefined : sightingsToWire([seen])[0] };
}

/** Parses what was seen of a log last. Throws `malformed-message` naming the field. */
export function lastSightingFromWire({ sighting }: LastSighting): LogSighting | null {
  return sighting === undefined ? null : sightingsFromWire([sighting])[0]!;
}

/** Parses and bounds sightings (SEC-5). Throws `malformed-message` naming the field. */
export function sightingsFromWire(sightings: readonly WireLogSighting[]): LogSighting[] {
  if (sightings.length > limits.sightingsMax) {
    throw new ShoalError(
      'malformed-message',
      `"sightings": expected at most ${limits.sightingsMax}, found ${sightings.length}`,
      { field: 'sightings' },
    );
  }
  return sightings.map(({ logId, life, seq }) => ({
    logId: logIdFromWire(logId),
    life: lifeFromBytes<StreamId>(life, 'life'),
    seq,
  }));
}
