import type { Command } from 'commander';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal dump`: the canonical dump, JSON lines with and without `--json`. Equal on devices that agree. */
export function addDumpCommand(program: Command, surroundings: Surroundings): void {
  addLibraryCommand(
    program,
    'dump',
    'all synced records as JSON lines: by UUID, references as UUIDs, without local columns',
  )
    .addHelpText('after', helpExamples('dump', 'dump --library photos', 'dump --home a'))
    .action(async (options: LibraryOptions) => {
      const output = outputOf(surroundings, options);
      await withLibrary(options, async ({ gateway, libraryId }) => {
        for await (const { lines } of gateway.dump({ libraryId })) {
          for (const line of lines) output.line(line);
        }
      });
    });
}
