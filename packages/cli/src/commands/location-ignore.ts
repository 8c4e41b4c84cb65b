import { uuidFromBytes } from '@shoal/client';
import type { Command } from 'commander';
import { locationIdOf } from '../ask/locations.ts';
import { parseChoice, parsePatterns } from '../ask/parse-argument.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { describeIgnores, ignoreLines } from '../show/describe-ignores.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface IgnoreOptions extends LibraryOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly defaults?: string;
  readonly list?: boolean;
}

/** `shoal location ignore`: what of a location is not indexed, in the syntax of `.gitignore`. */
export function addIgnore(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'ignore <uuid|path>', 'change, or show, what of a location is not indexed')
    .option('--add <pattern...>', 'leave out what matches, as in .gitignore; `!pattern` brings back')
    .option('--remove <pattern...>', 'take patterns away again, before any are added')
    .option('--defaults <on|off>', 'whether the default list holds too')
    .option('--list', 'show the default list as well')
    .addHelpText(
      'after',
      helpExamples(
        "location ignore ~/pictures --add '*.raw' '/exports/'",
        "location ignore ~/pictures --remove '*.raw' --defaults off",
        'location ignore ~/pictures --list',
      ),
    )
    .action(async (wanted: string, options: IgnoreOptions) => {
      const defaultIgnores =
        options.defaults === undefined
          ? undefined
          : parseChoice(options.defaults, 'defaults', { on: true, off: false });
      const add = parsePatterns(options.add, 'add');
      const remove = parsePatterns(options.remove, 'remove');
      const told = await withLibrary(options, async (device) => {
        const locationId = await locationIdOf(device, wanted);
        const reply = await device.gateway.changeIgnores({
          libraryId: device.libraryId,
          locationId,
          add,
          remove,
          defaultIgnores,
        });
        return { id: uuidFromBytes(locationId, 'location_id'), ...describeIgnores(reply) };
      });
      outputOf(surroundings, options).result(told, () =>
        ignoreLines(told, { isWhole: options.list === true }),
      );
    });
}
