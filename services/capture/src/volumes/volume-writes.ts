import {
  claimsIn,
  type ModelName,
  parseVersion,
  type RecordId,
  ShoalError,
  type Value,
  withClaim,
} from '@shoal/core';
import type { LibraryTransaction, LocalWrite } from '@shoal/library';
import { volumeHolderId, volumeId } from '@shoal/models';
import type { FoundVolume } from './found-volume.ts';

const volumeModel = 'volume' as ModelName;
const holderModel = 'volume_holder' as ModelName;

/** Where volumes are written: within a transaction, by a device, under a library's secret. */
export interface VolumeScope {
  readonly transaction: LibraryTransaction;
  readonly secret: Buffer;
  readonly device: string;
}

/** The volume that a location is put on, and its holder where it can be plugged in elsewhere. */
export interface LocationVolume {
  readonly volume: RecordId | null;
  readonly holder: RecordId | null;
  readonly writes: readonly LocalWrite[];
}

/**
 * Writes that make the volume known, and this device its holder where nobody is. Throws `not-owner`, naming the holder,
 * where another device holds what is plugged in here: a claim takes it over.
 */
export function useVolume(scope: VolumeScope, found: FoundVolume): LocationVolume {
  const ids = idsOf(scope, found.fingerprint);
  const claims = claimsOn(scope, ids.holder);
  const [first] = claims;
  if (first !== undefined && first.device !== scope.device) {
    throw new ShoalError(
      'not-owner',
      `the volume ${found.name} is held by device ${first.device}; \`shoal volume claim ${ids.volume}\` takes it over`,
      { model: volumeModel, record: ids.volume, device: first.device },
    );
  }
  const claiming = first === undefined ? [claimWrite(scope, ids.holder)] : [];
  const writes = [...claiming, describeWrite(scope, ids, found)];
  return { volume: ids.volume, holder: found.isMovable ? ids.holder : null, writes };
}

/** Writes that take a volume over: the next epoch, unless this device holds it already, and the volume itself (MRG-5). */
export function takeOverVolume(scope: VolumeScope, found: FoundVolume): LocalWrite[] {
  const ids = idsOf(scope, found.fingerprint);
  const isHeldHere = claimsOn(scope, ids.holder)[0]?.device === scope.device;
  return [...(isHeldHere ? [] : [claimWrite(scope, ids.holder)]), describeWrite(scope, ids, found)];
}

/** Who claimed, the holder first. */
export function claimsOn({ transaction }: Pick<VolumeScope, 'transaction'>, holder: RecordId) {
  const state = transaction.store.records.get({ model: holderModel, id: holder })?.state;
  return state === undefined ? [] : claimsIn(state, 'claims');
}

interface VolumeIds {
  readonly volume: RecordId;
  readonly holder: RecordId;
}

function idsOf({ secret }: VolumeScope, fingerprint: string): VolumeIds {
  return { volume: volumeId(secret, fingerprint), holder: volumeHolderId(secret, fingerprint) };
}

function claimWrite(scope: VolumeScope, holder: RecordId): LocalWrite {
  const ref = { model: holderModel, id: holder };
  const words = claimsOn(scope, holder).map(({ epoch, device }) => `${epoch} ${device}`);
  const said = JSON.stringify(words);
  const fields = new Map([['claims', withClaim(said, scope.device as never)]]);
  return { kind: 'put', ref, fields, seen: seenOf(scope, ref), shown: new Map([['claims', said]]) };
}

/** Its name is given once: people may change it. */
function describeWrite(scope: VolumeScope, { volume, holder }: VolumeIds, found: FoundVolume): LocalWrite {
  const ref = { model: volumeModel, id: volume };
  const isKnown = scope.transaction.store.reader.isVisible(ref);
  const fields = new Map<string, Value>([['total_capacity', found.totalCapacity]]);
  if (!isKnown) fields.set('name', found.name).set('holder', holder);
  const local = {
    fingerprint: found.fingerprint,
    mount_point: found.mountPoint,
    available_space: found.availableSpace,
    mounted: 1,
  };
  return { kind: 'put', ref, fields, seen: seenOf(scope, ref), local };
}

function seenOf({ transaction }: VolumeScope, ref: { model: ModelName; id: RecordId }) {
  return parseVersion(transaction.store.records.version(ref) ?? '');
}
