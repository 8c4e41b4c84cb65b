import { ShoalError } from '../errors/shoal-error.ts';
import { type DeviceId, deviceOf, isLifeId, type ReplicaId } from '../ids.ts';
import { type Hlc, parseHlc } from './hlc.ts';

declare const brand: unique symbol;

/**
 * Names one change: `hlc@replica`. Text order is the order of stamps: time, then replica (CHG-1, CLK-1).
 * A dot's value never changes.
 */
export type Dot = string & { readonly [brand]: 'Dot' };

export function makeDot(hlc: Hlc, replica: ReplicaId): Dot {
  return `${hlc}@${replica}` as Dot;
}

export function dotHlc(dot: Dot): Hlc {
  return dot.slice(0, 16) as Hlc;
}

export function dotReplica(dot: Dot): ReplicaId {
  return dot.slice(17) as ReplicaId;
}

/** The device that made the change: the one that judges it (MRG-5). */
export function dotDevice(dot: Dot): DeviceId {
  return deviceOf(dotReplica(dot));
}

/** Parses the text of a dot; throws `malformed-message` for anything else. */
export function parseDot(text: string): Dot {
  const replica = text.slice(17);
  if (text[16] !== '@' || !isLifeId(replica)) {
    throw new ShoalError('malformed-message', `a dot reads ${JSON.stringify(text.slice(0, 80))}`, {
      field: 'dot',
    });
  }
  return makeDot(parseHlc(text.slice(0, 16)), replica as ReplicaId);
}
