import { uuidFromBytes } from '@shoal/client';
import type { Command } from 'commander';
import { listVolumes, volumeIdOf } from '../ask/volumes.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { counted } from '../show/counted.ts';
import { describeVolume } from '../show/describe-volume.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal volume list|claim`: the disks, cards and shares that locations lie on, and who holds them (MRG-5). */
export function addVolumeCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('volume').description('the disks that locations lie on, and who holds them');
  addList(parent, surroundings);
  addClaim(parent, surroundings);
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list', 'list the volumes of all devices of the library')
    .addHelpText('after', helpExamples('volume list', 'volume list --json'))
    .action(async (options: LibraryOptions) => {
      const volumes = await withLibrary(options, listVolumes);
      outputOf(surroundings, options).result(volumes, () =>
        volumes.length === 0
          ? 'no volume yet: one comes with `shoal location add PATH`'
          : volumes.map(describeVolume),
      );
    });
}

function addClaim(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(
    parent,
    'claim <uuid|name|path>',
    'take over a volume that is plugged in here, with its locations',
  )
    .addHelpText('after', helpExamples('volume claim /media/photos'))
    .action(async (wanted: string, options: LibraryOptions) => {
      const result = await withLibrary(options, async (device) => {
        const { gateway, libraryId } = device;
        const volumeId = await volumeIdOf(device, wanted);
        const { locationIds } = await gateway.claimVolume({ libraryId, volumeId });
        const locations = locationIds.map((id) => uuidFromBytes(id, 'location_id'));
        return { id: uuidFromBytes(volumeId, 'volume_id'), locations };
      });
      outputOf(surroundings, options).result(
        result,
        () => `volume ${result.id} is held here now, with ${counted(result.locations.length, 'location')}`,
      );
    });
}
