import { asShoalError, type ShoalError } from '@shoal/core';
import { type Command, Option } from 'commander';
import { applyColour, type CliConfig, settingVariables, settleConfig } from '../config.ts';
import type { Surroundings } from '../surroundings.ts';
import { configPlace, readConfigFile } from './config-file.ts';
import { type ResolvedSettings, resolveSettings, type SettingLayers } from './resolve-settings.ts';
import { type SettingKey, settings } from './settings.ts';

/** Which settings a command has flags for. */
const keysByCommand = new WeakMap<Command, readonly SettingKey[]>();
/** Commands that are there to mend the file, or to say what is wrong with it. */
const menders = new WeakSet<Command>();

/** Adds flags of settings to a command, and the one that names the configuration file. */
export function addSettingFlags(command: Command, ...keys: readonly SettingKey[]): Command {
  const known = keysByCommand.get(command) ?? [];
  keysByCommand.set(command, [...known, ...keys]);
  for (const key of keys) {
    const { flag, description } = settings[key];
    // Some commands say in words of their own what theirs does.
    const isThere = command.options.some((option) => option.attributeName() === key);
    if (!isThere) command.option(flag, description);
    if (key === 'json') command.addOption(new Option('--no-json').hideHelp());
  }
  return known.length > 0 ? command : command.option('--config <file>', 'another configuration file');
}

/** Lets a command run with a configuration file that is broken. */
export function withBrokenConfig(command: Command): Command {
  menders.add(command);
  return command;
}

/** What flags, environment and file say for a command. */
export function layersOf(command: Command, config: CliConfig): SettingLayers {
  const given = command.opts<Readonly<Record<string, unknown>>>();
  const keys = keysByCommand.get(command) ?? [];
  const flags = keys
    .filter((key) => command.getOptionValueSource(key) === 'cli')
    .map((key) => [key, String(given[key])] as const);
  const named = typeof given.config === 'string' ? given.config : undefined;
  const place = configPlace({ named, environment: config.environment });
  return { flags: Object.fromEntries(flags), environment: config.environment, file: readConfigFile(place) };
}

/** Why the settings of a command cannot be used; undefined where they can. */
export function settingsProblem(command: Command, config: CliConfig): ShoalError | undefined {
  try {
    resolveSettings(layersOf(command, config));
    return undefined;
  } catch (error) {
    return asShoalError(error);
  }
}

/** Variables for what was given by flag or environment: for what is started later, where neither is there. */
export function givenSettings(command: Command, config: CliConfig): Readonly<Record<string, string>> {
  const resolved = resolveSettings(layersOf(command, config));
  return settingVariables(resolved, ['natsServer', 'logLevel', 'relayMs'], ['flag', 'environment']);
}

/**
 * Settles the settings before any command runs: those that are options of the command become its options, the others
 * the configuration of what is returned. Throws as `resolveSettings`.
 */
export function settleSettings(program: Command, surroundings: Surroundings): Surroundings {
  let config: CliConfig | undefined;
  program.hook('preAction', (_, command) => {
    const settled = settle(command, surroundings.config);
    config = settleConfig(surroundings.config, settled);
    applyColour(settled.colour.value);
    for (const key of keysByCommand.get(command) ?? []) {
      const { value, source } = settled[key];
      if (value !== null) command.setOptionValueWithSource(key, value, source === 'flag' ? 'cli' : source);
    }
  });
  return {
    ...surroundings,
    get config() {
      return config ?? surroundings.config;
    },
  };
}

function settle(command: Command, config: CliConfig): ResolvedSettings {
  const layers = layersOf(command, config);
  try {
    return resolveSettings(layers);
  } catch (error) {
    if (!menders.has(command)) throw error;
    const nothing = { path: layers.file.path, entries: {} };
    return resolveSettings({ ...layers, file: nothing });
  }
}
