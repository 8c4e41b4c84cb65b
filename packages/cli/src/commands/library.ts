import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ShoalError } from '@shoal/core';
import {
  addLibrary,
  listLibraries,
  newLibraryFile,
  readHome,
  readHubFile,
  readInvitation,
  writeInvitation,
} from '@shoal/service-kit';
import type { Command } from 'commander';
import { chooseLibrary } from '../ask/choose-library.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, addLibraryCommand, type CommonOptions, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { addLeaveCommand } from './leave.ts';
import { addPauseCommands } from './pause.ts';

/** `shoal library create|list|invite|join|pause|resume|leave`: files of the home; services that run pick a new library up. */
export function addLibraryCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('library').description('the libraries of this device');
  addCreate(parent, surroundings);
  addList(parent, surroundings);
  addInvite(parent, surroundings);
  addJoin(parent, surroundings);
  addPauseCommands(parent, surroundings);
  addLeaveCommand(parent, surroundings);
}

function addCreate(parent: Command, surroundings: Surroundings): void {
  addCommand(parent, 'create <name>', 'start a new library on this device')
    .option('--hub <file>', 'the file that `shoal hub` wrote: where its devices meet')
    .addHelpText('after', helpExamples('library create photos', 'library create photos --hub hub/hub.json'))
    .action(async (name: string, options: CommonOptions & { readonly hub?: string }) => {
      const { paths } = await readHome(options.home);
      const taken = (await listLibraries(paths)).find((library) => library.name === name);
      if (taken !== undefined) {
        throw new ShoalError(
          'already-exists',
          `this device has a library "${name}" already (${taken.libraryId}): \`shoal library invite FILE\` lets other devices in`,
          { field: 'name' },
        );
      }
      const hub = options.hub === undefined ? undefined : await readHubFile(options.hub);
      const file = newLibraryFile(hub === undefined ? { name } : { name, hub });
      const library = await addLibrary(paths, file);
      outputOf(surroundings, options).result(
        described(library),
        () => `library ${name} (${library.libraryId})`,
      );
    });
}

function addList(parent: Command, surroundings: Surroundings): void {
  addCommand(parent, 'list', 'list the libraries of this device')
    .addHelpText('after', helpExamples('library list', 'library list --json'))
    .action(async (options: CommonOptions) => {
      const libraries = await listLibraries((await readHome(options.home)).paths);
      outputOf(surroundings, options).result(libraries.map(described), () =>
        libraries.length === 0
          ? 'no library yet: `shoal library create NAME` or `shoal library join FILE`'
          : libraries.map(({ libraryId, name, hub }) => `${libraryId}  ${name}  ${hub?.url ?? 'no hub'}`),
      );
    });
}

function addInvite(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'invite <file>', 'write an invitation: who holds it can read the whole library')
    .addHelpText(
      'after',
      helpExamples('library invite invitation.json', 'library invite invitation.json --library photos'),
    )
    .action(async (file: string, options: LibraryOptions) => {
      const library = await chooseLibrary(await readHome(options.home), options.library);
      const folder = dirname(resolve(file));
      if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
        throw new ShoalError('not-a-folder', `${folder} is not a folder`, { field: 'file' });
      }
      await writeInvitation(file, library);
      outputOf(surroundings, options).result(
        { invitation: file, libraryId: library.libraryId },
        () => `invitation to ${library.name}: ${file} (keep it secret, remove it after use)`,
      );
    });
}

function addJoin(parent: Command, surroundings: Surroundings): void {
  addCommand(parent, 'join <file>', 'take part in a library by an invitation')
    .addHelpText('after', helpExamples('library join invitation.json'))
    .action(async (file: string, options: CommonOptions) => {
      const { paths } = await readHome(options.home);
      const library = await addLibrary(paths, await readInvitation(file));
      outputOf(surroundings, options).result(
        described(library),
        () => `joined library ${library.name} (${library.libraryId})`,
      );
    });
}

function described(library: Awaited<ReturnType<typeof addLibrary>>) {
  const { libraryId, name, hub, paths } = library;
  return { libraryId, name, hub: hub?.url ?? null, libraryDb: paths.libraryDb, syncDb: paths.syncDb };
}
