import { type LogSighting, limits, ShoalError, type StreamId } from '@shoal/core';
import type { LastRead, LogSighting as WireLogSighting } from '../../gen/shoal/v1/log_store.ts';
import { lifeFromBytes, lifeToBytes, logIdFromWire } from './ids.ts';

/** Sightings of a log as they travel (REP-6). */
export function sightingsToWire(sightings: readonly LogSighting[]): WireLogSighting[] {
  return sightings.map(({ logId, life, seq }) => ({ logId, life: lifeToBytes(life), seq }));
}

/** Where ingest read a log last, as it travels; null: nowhere (LOG-1). */
export function lastReadToWire(read: LogSighting | null): LastRead {
  return { sighting: read === null ? undefined : sightingsToWire([read])[0] };
}

/** Parses where ingest read a log last. Throws `malformed-message` naming the field. */
export function lastReadFromWire({ sighting }: LastRead): LogSighting | null {
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
