import type { ModelSet } from '@shoal/models';
import { type Home, homeHolder, listLibraries, readHome, writeHomeConfig } from '@shoal/service-kit';
import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { describeModels, modelLines } from '../show/describe-models.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal models list|check|use`: which models the libraries of this device have. */
export function addModelsCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('models').description('the models of this device, built-in and your own');
  addCommand(parent, 'list', 'all models of this device, with their fields')
    .addHelpText('after', helpExamples('models list', 'models list --json'))
    .action(async (options: CommonOptions) => {
      const { config } = await readHome(options.home);
      // Models take a moment to load; no other command is to wait for them.
      const { loadModels } = await import('@shoal/models');
      const described = describeModels(await loadModels(config.models));
      outputOf(surroundings, options).result({ module: config.models, models: described }, () =>
        modelLines(described),
      );
    });
  addCommand(parent, 'check <file>', 'whether a models module can be used, and what it declares')
    .addHelpText('after', helpExamples('models check models.ts'))
    .action(async (file: string, options: CommonOptions) => {
      const { readOwnModels } = await import('../ask/own-models.ts');
      const { path, models } = await readOwnModels(file);
      const described = describeModels(models);
      outputOf(surroundings, options).result({ module: path, models: described }, () =>
        modelLines(described),
      );
    });
  addCommand(parent, 'use <file>', 'let this device have the models of a module, from its next start on')
    .addHelpText('after', helpExamples('models use models.ts', 'models use ~/notes/models.js --home a'))
    .action(async (file: string, options: CommonOptions) => {
      const home = await readHome(options.home);
      const { readOwnModels } = await import('../ask/own-models.ts');
      const { path, models } = await readOwnModels(file);
      await requireFitting(home, models);
      await writeHomeConfig(home.paths, { ...home.config, models: path });
      const isRunning = (await homeHolder(home.paths)) !== undefined;
      const output = outputOf(surroundings, options);
      if (isRunning) output.note('it runs with those it had: stop it with `shoal down`, and start it again');
      output.result({ module: path, isRunning }, () => `the models of this device are those of ${path}`);
    });
}

/** Throws `version-mismatch` where a library has had a migration that these models lack. */
async function requireFitting({ paths }: Home, { migrations }: ModelSet): Promise<void> {
  const { isLibraryReady } = await import('@shoal/library');
  for (const library of await listLibraries(paths)) isLibraryReady(library.paths.libraryDb, migrations);
}
