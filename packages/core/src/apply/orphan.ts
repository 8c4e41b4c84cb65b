import { dotDevice } from '../clock/dot.ts';
import type { DeviceId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { isAlive } from '../record/view.ts';
import { isOwner, ownerDot, ownerOf } from './owner.ts';
import type { ViewReader } from './view-reader.ts';

/**
 * Whether it is for `device` to delete a record that is orphaned (DEP-3): its owner does, and nobody where it is shared.
 * Where what told the owner was deleted, too, it is the device that wrote the reference to that: nobody else can have,
 * while it could be judged (MRG-5).
 */
export function ownsOrphan(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  device: DeviceId,
  ref: RecordRef,
): boolean {
  const spec = registry.get(ref.model);
  const stored = reader.record(ref);
  if (spec === undefined || stored === undefined || !isAlive(spec, stored.state)) return false;
  const owner = ownerOf(registry, reader, spec, ref.id, stored.state);
  switch (owner.kind) {
    case 'device':
    case 'claimed':
      return isOwner(owner, device);
    case 'lost':
      // An owner is lost through a reference, so there is one.
      return dotDevice(ownerDot(spec, stored.state)!) === device;
    case 'shared':
    case 'unknown':
      return false;
  }
}
