import { acceptCopied, acceptMoved, type Home } from '@shoal/service-kit';
import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal home moved|copied`: what a person answers when a home was found in another place (REP-6). */
export function addHomeCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('home').description('what happened to the folder of this device');
  addCommand(parent, 'moved', 'it was moved here: the same device lives here now')
    .addHelpText('after', helpExamples('home moved', 'home moved --home /mnt/backup/shoal'))
    .action(async (options: CommonOptions) => {
      const { config, paths } = await acceptMoved(options.home);
      outputOf(surroundings, options).result(
        described({ config, paths }),
        () => `device ${config.name} (${config.deviceId}) lives in ${paths.dir} now`,
      );
    });
  addCommand(parent, 'copied', 'it is a copy: it becomes a new device, with the same libraries')
    .addHelpText('after', helpExamples('home copied', 'home copied --name laptop-2 --home /mnt/copy'))
    .option('--name <name>', 'name of the new device, for people (default: the old one and "(copy)")')
    .action(async ({ name, ...options }: CommonOptions & { readonly name?: string }) => {
      const { config, paths } = await acceptCopied(options.home, name === undefined ? {} : { name });
      outputOf(surroundings, options).result(described({ config, paths }), () => [
        `a new device ${config.name} (${config.deviceId}) lives in ${paths.dir}`,
        '  locations and files of the device it was copied from stay that one’s',
      ]);
    });
}

function described({ config, paths }: Pick<Home, 'config' | 'paths'>) {
  return { deviceId: config.deviceId, name: config.name, home: paths.dir };
}
