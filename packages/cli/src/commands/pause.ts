import { readHome, readServiceRun, setLibraryPaused } from '@shoal/service-kit';
import type { Command } from 'commander';
import { chooseLibrary } from '../ask/choose-library.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal library pause|resume`: whether a library takes in what others wrote, also while nothing runs (ING-4). */
export function addPauseCommands(parent: Command, surroundings: Surroundings): void {
  addOne(parent, surroundings, {
    name: 'pause',
    about: 'fetch and apply nothing until it is resumed; what is written here is kept and told',
    isPaused: true,
  });
  addOne(parent, surroundings, { name: 'resume', about: 'go on after a pause', isPaused: false });
}

function addOne(
  parent: Command,
  surroundings: Surroundings,
  { name, about, isPaused }: { readonly name: string; readonly about: string; readonly isPaused: boolean },
): void {
  addLibraryCommand(parent, name, about)
    .addHelpText('after', helpExamples(`library ${name}`, `library ${name} --library photos`))
    .action(async (options: LibraryOptions) => {
      const home = await readHome(options.home);
      const library = await chooseLibrary(home, options.library);
      const isRunning = (await readServiceRun(home.paths, 'gateway')) !== undefined;
      const pending = isRunning ? await tellDevice(options, isPaused) : [];
      if (!isRunning) await setLibraryPaused(library.paths, isPaused);
      const { libraryId } = library;
      outputOf(surroundings, options).result({ libraryId, paused: isPaused, pending }, () => [
        `library ${library.name} (${libraryId}) ${isPaused ? 'is paused' : 'goes on'}`,
        ...pending.map((service) => `  ${service} does not say yet that it follows`),
      ]);
    });
}

function tellDevice(options: LibraryOptions, paused: boolean): Promise<readonly string[]> {
  return withLibrary(options, async ({ gateway, libraryId }) => {
    const { pending } = await gateway.setPaused({ libraryId, paused });
    return pending;
  });
}
