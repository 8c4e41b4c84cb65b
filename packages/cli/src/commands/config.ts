import { resolve } from 'node:path';
import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { changeConfigFile } from '../settings/config-file.ts';
import { parseSetting, resolveSettings } from '../settings/resolve-settings.ts';
import { isSettingKey, type SettingKey, settingKeys, settings } from '../settings/settings.ts';
import { addSettingFlags, layersOf, withBrokenConfig } from '../settings/settle-settings.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal config list|get|set|unset|path`: what a person set for all of their devices on this machine. */
export function addConfigCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('config').description('your settings, and where each comes from');
  addList(parent, surroundings);
  addGet(parent, surroundings);
  addSet(parent, surroundings);
  addUnset(parent, surroundings);
  addPath(parent, surroundings);
}

/** With the flags of all settings, so that it shows what they would do. */
function addConfigCommand(parent: Command, usage: string, summary: string): Command {
  return addSettingFlags(addCommand(parent, usage, summary), 'natsServer', 'logLevel', 'relayMs');
}

function addList(parent: Command, surroundings: Surroundings): void {
  addConfigCommand(parent, 'list', 'all settings: what they are, and where that comes from')
    .addHelpText('after', helpExamples('config list', 'config list --json', 'config list --log-level debug'))
    .action((options: CommonOptions, command: Command) => {
      const { rows, path } = describe(command, surroundings);
      outputOf(surroundings, options).result({ file: path, settings: rows }, () =>
        rows.map(({ key, value, from }) => `${key.padEnd(10)} ${value ?? '-'}  (${from})`),
      );
    });
}

function addGet(parent: Command, surroundings: Surroundings): void {
  addConfigCommand(parent, 'get <key>', 'what one setting is')
    .addHelpText('after', helpExamples('config get home', 'config get relayMs --json'))
    .action((key: string, options: CommonOptions, command: Command) => {
      const row = describe(command, surroundings).rows.find((each) => each.key === requireKey(key))!;
      outputOf(surroundings, options).result(row, () => String(row.value ?? ''));
    });
}

function addSet(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(parent, 'set <key> <value>', 'write a setting into the configuration file');
  withBrokenConfig(command)
    .addHelpText('after', helpExamples('config set home /data/shoal', 'config set logLevel debug'))
    .action(async (name: string, text: string, options: CommonOptions) => {
      const key = requireKey(name);
      const parsed = parseSetting(key, text);
      const value = settings[key].isPath === true ? resolve(String(parsed)) : parsed;
      await change(surroundings, command, { key, value, options });
    });
}

function addUnset(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(parent, 'unset <key>', 'take a setting out of the configuration file');
  withBrokenConfig(command)
    .addHelpText('after', helpExamples('config unset logLevel'))
    .action(async (name: string, options: CommonOptions) => {
      // What is no setting may stand in the file, and be what is wrong with it.
      const { file } = layersOf(command, surroundings.config);
      const key = Object.hasOwn(file.entries, name) ? name : requireKey(name);
      await change(surroundings, command, { key, value: undefined, options });
    });
}

function addPath(parent: Command, surroundings: Surroundings): void {
  const command = addCommand(parent, 'path', 'where the configuration file lies');
  withBrokenConfig(command)
    .addHelpText('after', helpExamples('config path'))
    .action((options: CommonOptions) => {
      const { path } = layersOf(command, surroundings.config).file;
      outputOf(surroundings, options).result({ path }, () => path);
    });
}

async function change(
  surroundings: Surroundings,
  command: Command,
  { key, value, options }: { readonly key: string; readonly value: unknown; readonly options: CommonOptions },
): Promise<void> {
  const { path } = layersOf(command, surroundings.config).file;
  const { isSetAside } = await changeConfigFile(path, key, value);
  const output = outputOf(surroundings, options);
  if (isSetAside) output.note(`the file was no JSON object: it is ${path}.broken now`);
  const result = { file: path, key, value: value ?? null };
  output.result(result, () => (value === undefined ? `${key} is not set in ${path}` : `${key} is ${value}`));
}

function describe(command: Command, { config }: Surroundings) {
  const layers = layersOf(command, config);
  const resolved = resolveSettings(layers);
  const rows = settingKeys.map((key) => {
    const { value, source } = resolved[key];
    const from = {
      flag: settings[key].flag.split(' ')[0]!,
      environment: settings[key].env,
      file: layers.file.path,
    };
    return { key, value, source, from: source === 'default' ? 'default' : from[source] };
  });
  return { rows, path: layers.file.path };
}

function requireKey(key: string): SettingKey {
  if (isSettingKey(key)) return key;
  const message = `"key": there is no setting "${key}"; there are ${settingKeys.join(', ')}`;
  throw new ShoalError('invalid-argument', message, { field: 'key' });
}
