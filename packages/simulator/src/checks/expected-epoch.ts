import type { Dot, MemoryLibrary, RecordRef, RecordState, Registry } from '@shoal/core';
import { dotDevice, referencesOf, refKey } from '@shoal/core';

/**
 * The oracle of what changes hands (MRG-5), from all states at once: of a record that is owned through claims only what was
 * made under the claim that counts for most of those under which anything here was made; null where nothing was, or what
 * tells has not come. What is owned otherwise, as it is.
 */
export function ofHighestEpoch(
  registry: Registry,
  ref: RecordRef,
  state: RecordState,
  records: MemoryLibrary['records'],
): RecordState | null {
  const claims = claimsOn(registry, ref, state, records);
  if (claims === 'none') return state;
  if (claims === 'unknown') return null;
  const dots = [...[...state.fields.values()].flat().map(({ dot }) => dot), ...state.deletes];
  const places = dots.map((dot) => placeOf(dot, claims)).filter((place) => place >= 0);
  if (places.length === 0) return null;
  const isKept = (dot: Dot) => placeOf(dot, claims) === Math.min(...places);
  const fields = [...state.fields].map(
    ([slot, all]) => [slot, all.filter(({ dot }) => isKept(dot))] as const,
  );
  const deletes = state.deletes.filter(isKept);
  return { version: state.version, fields: new Map(fields.filter(([, all]) => all.length > 0)), deletes };
}

interface Claimed {
  readonly epoch: number;
  readonly device: string;
  readonly dot: Dot;
}

/** The claims by which a record changes hands, the one that counts for most first. */
function claimsOn(
  registry: Registry,
  { model }: RecordRef,
  state: RecordState,
  records: MemoryLibrary['records'],
): readonly Claimed[] | 'none' | 'unknown' {
  const spec = registry.require(model);
  if (spec.ownership.kind !== 'through') return 'none';
  const { field } = spec.ownership;
  const id = state.fields.get(field)?.[0]?.value;
  if (typeof id !== 'string') return 'none';
  const { target } = referencesOf(spec).find(({ name }) => name === field)!;
  const ref = { model: target, id } as RecordRef;
  const through = records.get(refKey(ref))?.stored.state;
  const owning = registry.require(target).ownership;
  // Where nothing changes hands it is told by others whether the owner is known.
  if (owning.kind !== 'claims')
    return through === undefined ? 'none' : claimsOn(registry, ref, through, records);
  if (through === undefined) return 'unknown';
  const claims: Claimed[] = [];
  for (const [slot, siblings] of through.fields) {
    const [epoch, device] = String(JSON.parse(slot.slice('claims:'.length))).split(' ');
    const own = siblings.map(({ dot }) => dot).filter((dot) => dotDevice(dot) === device);
    if (own.length > 0) claims.push({ epoch: Number(epoch), device: device!, dot: own.sort()[0]! });
  }
  return claims.sort((a, b) => b.epoch - a.epoch || (a.dot < b.dot ? 1 : -1));
}

function placeOf(dot: Dot, claims: readonly Claimed[]): number {
  const own = claims.filter(({ device }) => device === dotDevice(dot));
  const claim = own.find((each) => each.dot <= dot) ?? own.at(-1);
  return claim === undefined ? -1 : claims.indexOf(claim);
}
