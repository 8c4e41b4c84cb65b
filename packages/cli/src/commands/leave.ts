import { readHome, requirePlace } from '@shoal/service-kit';
import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { confirmLeaving } from '../leave/confirm-leaving.ts';
import { leavableLibrary, leaveLibrary } from '../leave/leave-library.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface LeaveOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly deleteData?: boolean;
}

/** `shoal library leave NAME`: this device forgets a library; the others keep what they have. */
export function addLeaveCommand(parent: Command, surroundings: Surroundings): void {
  addCommand(parent, 'leave <id|name>', 'forget a library on this device; the others keep what they have')
    .option('--yes', 'do not ask')
    .option('--force', 'also where something that was written here is on no other device')
    .option('--delete-data', 'remove its rows, log and keys instead of setting them aside')
    .addHelpText(
      'after',
      helpExamples(
        'library leave photos',
        'library leave photos --yes --delete-data',
        'library leave photos --yes --force',
      ),
    )
    .action(async (wanted: string, options: LeaveOptions) => {
      const output = outputOf(surroundings, options);
      const home = await readHome(options.home);
      await requirePlace(home);
      const library = await leavableLibrary(home, wanted);
      const { libraryId, name } = library;
      if (options.yes !== true) await confirmLeaving(name, surroundings);
      const stopping = new AbortController();
      void surroundings.endAsked().then(() => stopping.abort());
      const { keptIn } = await leaveLibrary({
        home,
        library,
        config: surroundings.config,
        isForced: options.force === true,
        deletesData: options.deleteData === true,
        signal: stopping.signal,
        onProgress: output.progress,
      });
      output.result({ libraryId, name, keptIn }, () => [
        `left library ${name} (${libraryId})`,
        keptIn === null
          ? '  its rows, log and keys are gone from this device'
          : `  its rows, log and keys are kept in ${keptIn}; remove that folder when nobody needs them`,
        '  files in your folders stay as they are, and so does what other devices have',
      ]);
    });
}
