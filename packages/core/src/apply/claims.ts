import { type Dot, dotDevice } from '../clock/dot.ts';
import { type DeviceId, deviceOf, isUuid } from '../ids.ts';
import { parseJson } from '../merge/canonical-json.ts';
import { readUnion } from '../merge/merge-union.ts';
import { partsIn } from '../merge/slot.ts';
import { dotsOf, type RecordState, type Sibling } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import type { Version } from '../record/version.ts';

/**
 * A device's word that it owns, from a change on, what is owned through a record (MRG-5). Who claims takes the epoch after
 * the greatest that it knows; of one epoch the later claim counts for more, by its dot.
 */
export interface Claim {
  readonly device: DeviceId;
  /** 1, 2, 3 …: how often it changed hands before. */
  readonly epoch: number;
  /** The change by which the device claimed: its own, or it is no claim. */
  readonly dot: Dot;
}

const claimsByState = new WeakMap<RecordState, readonly Claim[]>();

/** The claims in a field of a record's state, the one that counts for most first. Found once per state: many records ask. */
export function claimsIn(state: RecordState, field: string): readonly Claim[] {
  let claims = claimsByState.get(state);
  if (claims === undefined) {
    claims = partsIn(state, field).flatMap(([part, siblings]) => claimOfPart(part, siblings));
    claims = [...claims].sort((a, b) => b.epoch - a.epoch || (a.dot < b.dot ? 1 : -1));
    claimsByState.set(state, claims);
  }
  return claims;
}

/** What the field of claims says when `device` has claimed, too, upon what it says now: the next epoch (MRG-5). */
export function withClaim(claims: Value, device: DeviceId): Value {
  const words = (readUnion(String(claims)) ?? []).map(parseJson);
  const epochs = words.map((word) => readClaim(word)?.epoch ?? 0);
  return JSON.stringify([...words, `${Math.max(0, ...epochs) + 1} ${device}`]);
}

/**
 * The owner epoch of a dot, as the place of its claim among `claims`: the latest that its device had made by then, as a
 * device's stamps only grow (CLK-2). What it made before its first claim is of that one. -1: its device never claimed, as
 * far as is known here.
 */
export function claimOf(claims: readonly Claim[], dot: Dot): number {
  const device = dotDevice(dot);
  let first = -1;
  for (const [index, claim] of claims.entries()) {
    if (claim.device !== device) continue;
    if (claim.dot <= dot) return index;
    first = index;
  }
  return first;
}

/**
 * What the view may look at of a state: the dots of the highest epoch in it (MRG-5). Whoever claims writes a record whole
 * at its first change of it, so nothing of it is of an epoch before. Dots of unknown epochs wait, and count for nothing.
 */
export function latestEpochOnly(state: RecordState, claims: readonly Claim[]): RecordState {
  const highest = highestClaim(state, claims);
  if (highest === 'only') return state;
  const isKept = (dot: Dot) => highest !== null && claimOf(claims, dot) === highest;
  return dotsWhere(state, isKept);
}

/** Whether something of an earlier epoch than the present one is in what the view looks at. */
export function isBehind(state: RecordState, claims: readonly Claim[]): boolean {
  for (const dot of dotsOf(latestEpochOnly(state, claims))) return claimOf(claims, dot) !== 0;
  return false;
}

/** The dots of a state that are of some epoch, and not of the highest: a former owner's, who did not know of the claim. */
export function outdatedDots(state: RecordState, claims: readonly Claim[]): RecordState {
  const highest = highestClaim(state, claims);
  return dotsWhere(state, (dot) => typeof highest === 'number' && claimOf(claims, dot) > highest);
}

/** A version as far as it is of devices that have claimed: what nobody was shown nobody has seen (MRG-1, MRG-5). */
export function seenOfClaims(seen: Version, claims: readonly Claim[]): Version {
  const known = new Set(claims.map(({ device }) => device));
  const entries = [...seen].filter(([replica]) => known.has(deviceOf(replica)));
  return entries.length === seen.size ? seen : new Map(entries);
}

/** Whether two lists of claims are the same. */
export function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length && a.every(({ epoch, dot }, at) => epoch === b[at]!.epoch && dot === b[at]!.dot)
  );
}

/** The place of the highest epoch in a state; `only`: no dot is of another; null: none is of any. */
function highestClaim(state: RecordState, claims: readonly Claim[]): number | 'only' | null {
  let highest = -1;
  let isOnly = true;
  let judged: Dot | undefined;
  for (const dot of dotsOf(state)) {
    // Fields mostly share one dot, which is looked at once.
    if (dot === judged) continue;
    const claim = claimOf(claims, dot);
    if (judged !== undefined && claim !== highest) isOnly = false;
    if (claim >= 0 && (highest < 0 || claim < highest)) highest = claim;
    judged = dot;
  }
  if (highest < 0) return judged === undefined ? 'only' : null;
  return isOnly ? 'only' : highest;
}

function dotsWhere(state: RecordState, isKept: (dot: Dot) => boolean): RecordState {
  const fields = new Map<string, readonly Sibling[]>();
  for (const [slot, siblings] of state.fields) {
    const kept = siblings.filter(({ dot }) => isKept(dot));
    if (kept.length > 0) fields.set(slot, kept);
  }
  return { version: state.version, fields, deletes: state.deletes.filter(isKept) };
}

/** An element of the set of claims, with the device's own first dot. */
function claimOfPart(part: string, siblings: readonly Sibling[]): readonly Claim[] {
  const claim = readClaim(parseJson(part));
  const own = siblings.map(({ dot }) => dot).filter((dot) => dotDevice(dot) === claim?.device);
  return claim === undefined || own.length === 0 ? [] : [{ ...claim, dot: own.sort()[0]! }];
}

function readClaim(json: unknown): Pick<Claim, 'device' | 'epoch'> | undefined {
  const found = typeof json === 'string' ? claimPattern.exec(json) : null;
  if (found === null || !isUuid(found[2]!)) return undefined;
  return { epoch: Number(found[1]), device: found[2] as DeviceId };
}

/** An epoch that is counted exactly, and a device. */
const claimPattern = /^([1-9][0-9]{0,14}) ([0-9a-f-]{36})$/;
