import { resolve } from 'node:path';
import { uuidFromBytes } from '@shoal/client';
import type { Command } from 'commander';
import { followIndexing } from '../ask/follow-indexing.ts';
import { listLocations, locationIdOf } from '../ask/locations.ts';
import { parsePatterns } from '../ask/parse-argument.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { skippedText } from '../show/describe-ignores.ts';
import { describeRescan } from '../show/describe-rescan.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { addIgnore } from './location-ignore.ts';

/** A rescan of a large folder takes its time; the service ends it earlier where it must. */
const rescanMs = 30 * 60_000;

/** `shoal location add|remove|list|rescan|ignore`: the folders of this device that are indexed. */
export function addLocationCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('location').description('the folders of this device that are indexed');
  addAdd(parent, surroundings);
  addRemove(parent, surroundings);
  addList(parent, surroundings);
  addRescan(parent, surroundings);
  addIgnore(parent, surroundings);
}

interface AddOptions extends LibraryOptions {
  readonly name?: string;
  readonly ignore?: readonly string[];
  readonly defaultIgnores: boolean;
  readonly wait?: boolean;
}

function addAdd(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'add <path>', 'index a folder, and follow it')
    .option('--name <name>', 'name of the location (default: that of the folder)')
    .option('--ignore <pattern...>', 'leave out what matches, as in .gitignore')
    .option('--no-default-ignores', 'index also what the default list leaves out')
    .option('--wait', 'until all of it is indexed, with progress')
    .addHelpText(
      'after',
      helpExamples(
        'location add ~/pictures',
        'location add ~/pictures --wait',
        'location add . --name work --library ours',
        "location add ~/pictures --ignore '*.raw' '/exports/'",
      ),
    )
    .action(async (path: string, options: AddOptions) => {
      const folder = resolve(path);
      const output = outputOf(surroundings, options);
      const ignore = parsePatterns(options.ignore, 'ignore');
      const id = await withLibrary(options, async (device) => {
        const { locationId } = await device.gateway.addLocation({
          libraryId: device.libraryId,
          path: folder,
          name: options.name ?? '',
          ignore,
          defaultIgnores: options.defaultIgnores,
        });
        if (options.wait === true) await followIndexing({ device, locationId, output, surroundings });
        return uuidFromBytes(locationId, 'location_id');
      });
      output.result({ id, path: folder }, () => `location ${id}: ${folder}`);
    });
}

function addRemove(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'remove <uuid|path>', 'index a folder no longer; its files stay as they are')
    .addHelpText('after', helpExamples('location remove ~/pictures'))
    .action(async (wanted: string, options: LibraryOptions) => {
      const id = await withLibrary(options, async (device) => {
        const locationId = await locationIdOf(device, wanted);
        await device.gateway.removeLocation({ libraryId: device.libraryId, locationId });
        return uuidFromBytes(locationId, 'location_id');
      });
      outputOf(surroundings, options).result({ id, removed: true }, () => `removed location ${id}`);
    });
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list', 'list the locations of all devices of the library')
    .addHelpText('after', helpExamples('location list', 'location list --json'))
    .action(async (options: LibraryOptions) => {
      const locations = await withLibrary(options, listLocations);
      outputOf(surroundings, options).result(locations, () =>
        locations.length === 0
          ? 'no location yet: `shoal location add PATH`'
          : locations.flatMap(({ id, path, state, entries, skippedByReason, error }) => [
              `${id}  ${state}  ${entries ?? '-'}  ${path}`,
              ...skippedLines(skippedByReason),
              ...(error === null ? [] : [`  ${error}`]),
            ]),
      );
    });
}

function skippedLines(countsByReason: Readonly<Record<string, number>> | null): string[] {
  const text = skippedText(countsByReason ?? {});
  return text === '' ? [] : [`  not indexed: ${text}`];
}

function addRescan(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'rescan <uuid|path>', 'compare a location with the disk now')
    .option(
      '--accept-new-root',
      'also where another folder stands there than before: what it lacks is deleted',
    )
    .addHelpText(
      'after',
      helpExamples('location rescan ~/pictures', 'location rescan ~/pictures --accept-new-root'),
    )
    .action(async (wanted: string, options: LibraryOptions & { readonly acceptNewRoot?: boolean }) => {
      const output = outputOf(surroundings, options);
      const counts = await withLibrary(options, async (device) => {
        const locationId = await locationIdOf(device, wanted);
        const { acceptNewRoot = false } = options;
        const request = { libraryId: device.libraryId, locationId, acceptNewRoot };
        const rescanning = device.gateway.rescanLocation(request, { timeoutMs: rescanMs });
        const until = rescanning.then(() => undefined);
        await followIndexing({ device, locationId, output, surroundings, until });
        return describeRescan(await rescanning);
      });
      output.result(counts, () =>
        Object.entries(counts)
          .map(([name, count]) => `${name} ${count}`)
          .join(', '),
      );
    });
}
