import { fileURLToPath } from 'node:url';
import { homeHolder, homePaths, readHome } from '@shoal/service-kit';
import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { canAsk, removeService, runAll, serviceState, writeService } from '../service/install-service.ts';
import { finalExitCodes, type ServiceDefinition, serviceDefinition } from '../service/service-definition.ts';
import { addSettingFlags, givenSettings, layersOf } from '../settings/settle-settings.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface InstallOptions extends CommonOptions {
  readonly print?: boolean;
}

const main = fileURLToPath(import.meta.resolve('@shoal/cli'));

/** `shoal service install|uninstall|status`: the device starts with the login, by systemd or launchd; never as root's. */
export function addServiceCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('service').description('start this device with your login');
  addInstall(parent, surroundings);
  addUninstall(parent, surroundings);
  addStatus(parent, surroundings);
}

function addInstall(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(
    parent,
    'install',
    'start this device now and with every login, and again when it fails',
  );
  addSettingFlags(command, 'natsServer', 'logLevel', 'relayMs')
    .option('--print', 'only show the file that would be written')
    .addHelpText(
      'after',
      helpExamples('service install', 'service install --print', 'service install --home a'),
    )
    .action(async (options: InstallOptions) => {
      const output = outputOf(surroundings, options);
      const definition = definitionOf(command, options, surroundings);
      if (options.print === true)
        return output.result(described(definition), () => definition.text.trimEnd());
      const { paths } = await readHome(options.home);
      await writeService(definition);
      const isHeld = (await homeHolder(paths)) !== undefined;
      const canEnable = await canAsk(definition);
      const enable = isHeld ? withoutStart(definition) : definition.enable;
      if (canEnable) await runAll(enable);
      output.result({ ...described(definition), enabled: canEnable, runsAlready: isHeld }, () => [
        `wrote ${definition.file}`,
        ...(canEnable
          ? ['it starts with every login']
          : ['turn it on with:', ...commandLines(definition.enable)]),
        ...(isHeld ? ['the device runs already; after `shoal down` the service can be started'] : []),
        ...(definition.system === 'systemd' ? ['to run it without a login: loginctl enable-linger'] : []),
      ]);
    });
}

function addUninstall(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(parent, 'uninstall', 'stop it, and start it with no login any more');
  command.addHelpText('after', helpExamples('service uninstall')).action(async (options: CommonOptions) => {
    const definition = definitionOf(command, options, surroundings);
    const { installed } = await serviceState(definition);
    if (installed !== 'no' && (await canAsk(definition))) await runAll(definition.disable);
    const wasInstalled = await removeService(definition);
    outputOf(surroundings, options).result({ ...described(definition), wasInstalled }, () =>
      wasInstalled ? `removed ${definition.file}` : `there was no ${definition.file}`,
    );
  });
}

function addStatus(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(parent, 'status', 'whether it starts with your login, and runs');
  command
    .addHelpText('after', helpExamples('service status', 'service status --json'))
    .action(async (options: CommonOptions) => {
      const definition = definitionOf(command, options, surroundings);
      const state = await serviceState(definition);
      const installed = {
        no: `not installed: there is no ${definition.file}`,
        yes: `installed as ${definition.file}`,
        other: `${definition.file} is of a program in another place; \`shoal service install\` writes it anew`,
      }[state.installed];
      const active = state.isActive === true ? 'it runs' : 'it does not run';
      outputOf(surroundings, options).result({ ...described(definition), ...state }, () => [
        installed,
        state.isActive === null ? `${definition.system} cannot be asked here` : active,
      ]);
    });
}

function definitionOf(
  command: Command,
  { home }: CommonOptions,
  { config }: Surroundings,
): ServiceDefinition {
  const { dir } = homePaths(home);
  const { file } = layersOf(command, config);
  const named = command.opts().config === undefined ? {} : { SHOAL_CONFIG: file.path };
  return serviceDefinition(
    {
      home: dir,
      command: [process.execPath, main, 'up', '--home', dir, '--no-json'],
      environment: { ...givenSettings(command, config), ...named },
      finalExitCodes: finalExitCodes(),
    },
    { platform: process.platform, uid: process.getuid?.() ?? 0, environment: config.environment },
  );
}

/** What runs already must end before the service can have the home. */
function withoutStart({ enable }: ServiceDefinition): readonly (readonly string[])[] {
  return enable
    .filter(([program]) => program === 'systemctl')
    .map((command) => command.filter((word) => word !== '--now'));
}

function described({ system, name, file, text, enable }: ServiceDefinition) {
  return { system, name, file, text, enable: enable.map((command) => command.join(' ')) };
}

function commandLines(commands: readonly (readonly string[])[]): string[] {
  return commands.map((command) => `  ${command.join(' ')}`);
}
