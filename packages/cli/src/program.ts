import { Command } from 'commander';
import own from '../package.json' with { type: 'json' };
import { addCompletionCommand } from './commands/completion.ts';
import { addConfigCommands } from './commands/config.ts';
import { addConflictCommands } from './commands/conflicts.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDownCommand } from './commands/down.ts';
import { addDumpCommand } from './commands/dump.ts';
import { addFavoriteCommand } from './commands/favorite.ts';
import { addHomeCommands } from './commands/home.ts';
import { addHubCommand } from './commands/hub.ts';
import { addInitCommand } from './commands/init.ts';
import { addLibraryCommands } from './commands/library.ts';
import { addLocationCommands } from './commands/location.ts';
import { addLogCommand } from './commands/log.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addModelsCommands } from './commands/models.ts';
import { addQuarantineCommands } from './commands/quarantine.ts';
import { addRecordCommands } from './commands/record.ts';
import { addServiceCommands } from './commands/service.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTagCommands } from './commands/tag.ts';
import { addUpCommand } from './commands/up.ts';
import { addVolumeCommands } from './commands/volume.ts';
import { addWaitCommand } from './commands/wait.ts';
import { exitCodeLines } from './exit-codes.ts';
import { settleSettings } from './settings/settle-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** The whole command line. Failures are thrown, also those of usage; nothing here exits the process. */
export function createProgram(given: Surroundings): Command {
  const { stdout, stderr } = given;
  const program = new Command('shoal')
    .description('Keeps the databases of your devices together.')
    .version(own.version, '-V, --version', 'print the version')
    .showSuggestionAfterError()
    .addHelpText('after', () =>
      ['', 'Exit codes (what they mean and what to do: docs/errors.md):', ...exitCodeLines()].join('\n'),
    )
    // Before any command is added: they take this over.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // `reportFailure` says it.
      outputError: () => undefined,
    });
  const surroundings = settleSettings(program, given);
  addDemoCommand(program, surroundings);
  addInitCommand(program, surroundings);
  addHomeCommands(program, surroundings);
  addUpCommand(program, surroundings);
  addDownCommand(program, surroundings);
  addLogsCommand(program, surroundings);
  addHubCommand(program, surroundings);
  addLibraryCommands(program, surroundings);
  addModelsCommands(program, surroundings);
  addLocationCommands(program, surroundings);
  addVolumeCommands(program, surroundings);
  addRecordCommands(program, surroundings);
  addTagCommands(program, surroundings);
  addFavoriteCommand(program, surroundings);
  addStatusCommand(program, surroundings);
  addWaitCommand(program, surroundings);
  addDumpCommand(program, surroundings);
  addLogCommand(program, surroundings);
  addConflictCommands(program, surroundings);
  addQuarantineCommands(program, surroundings);
  addDoctorCommand(program, surroundings);
  addCompletionCommand(program, surroundings);
  // These say where each setting comes from, so they take them as they were given.
  addConfigCommands(program, given);
  addServiceCommands(program, given);
  return program;
}
