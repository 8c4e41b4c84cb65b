import { limits, ShoalError, type Version, versionDots, versionOf } from '@shoal/core';
import type { Dot as WireDot } from '../../gen/shoal/v1/entry.ts';
import { dotFromWire, dotToWire } from './ids.ts';

/** A version as it travels: its dots, ordered by replica. */
export function versionToWire(version: Version): WireDot[] {
  return versionDots(version).map(dotToWire);
}

/** Parses and bounds a version (SEC-5). */
export function versionFromWire(dots: readonly WireDot[]): Version {
  if (dots.length > limits.versionReplicasMax) {
    throw new ShoalError(
      'malformed-message',
      `a version names ${dots.length} replicas, at most ${limits.versionReplicasMax} are allowed`,
      {
        field: 'version',
      },
    );
  }
  return versionOf(dots.map((dot) => dotFromWire(dot, 'version')));
}
