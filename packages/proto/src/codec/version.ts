import {
  dotHlc,
  dotReplica,
  type Hlc,
  limits,
  type ReplicaId,
  ShoalError,
  type Version,
  versionDots,
} from '@shoal/core';
import type { Dot as WireDot } from '../../gen/shoal/v1/entry.ts';
import { dotFromWire, dotToWire } from './ids.ts';

/** A version as it travels: its dots, ordered by replica. */
export function versionToWire(version: Version): WireDot[] {
  return versionDots(version).map(dotToWire);
}

/**
 * Parses and bounds a version (SEC-5): each replica once, in order, so that equal versions have equal bytes.
 * Throws `malformed-message`.
 */
export function versionFromWire(dots: readonly WireDot[]): Version {
  if (dots.length > limits.versionReplicasMax)
    refuse(`${dots.length} replicas, at most ${limits.versionReplicasMax} are allowed`);
  const version = new Map<ReplicaId, Hlc>();
  let before = '';
  for (const wire of dots) {
    const dot = dotFromWire(wire, 'version');
    const replica = dotReplica(dot);
    if (replica <= before) refuse('a replica twice, or out of order');
    before = replica;
    version.set(replica, dotHlc(dot));
  }
  return version;
}

function refuse(found: string): never {
  throw new ShoalError('malformed-message', `"version": found ${found}`, { field: 'version' });
}
