import { resolve } from 'node:path';
import type { ResolvedSettings, SettingSource } from './settings/resolve-settings.ts';
import type { SettingValue } from './settings/setting.ts';
import { type SettingKey, settingKeys, settings } from './settings/settings.ts';

/** The settings of `shoal` that its supervisor and its child processes need. */
export interface CliConfig {
  /** The program to run as nats-server instead of the one that is found. */
  readonly natsServer: string | undefined;
  /** SHOAL_SUPERVISED=1: whoever started us holds the other end of stdin; its end is ours. */
  readonly isSupervised: boolean;
  /** What child processes inherit: the environment, and in it what was set elsewhere. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads the environment, once, at the start. */
export function readCliConfig(env: Readonly<Record<string, string | undefined>> = process.env): CliConfig {
  const environment = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    natsServer: env.SHOAL_NATS_SERVER || undefined,
    isSupervised: env.SHOAL_SUPERVISED === '1',
    environment,
  };
}

/** The same with what flags and the configuration file say: services hear of it by their environment. */
export function settleConfig(config: CliConfig, resolved: ResolvedSettings): CliConfig {
  const keys = settingKeys.filter((key) => key !== 'home' && key !== 'json');
  const set = settingVariables(resolved, keys, ['flag', 'environment', 'file']);
  return {
    ...config,
    natsServer: resolved.natsServer.value ?? undefined,
    environment: { ...config.environment, ...set },
  };
}

/** Variables that say what these settings are, of those that come from one of the sources. */
export function settingVariables(
  resolved: ResolvedSettings,
  keys: readonly SettingKey[],
  sources: readonly SettingSource[],
): Readonly<Record<string, string>> {
  const wanted = keys.filter((key) => sources.includes(resolved[key].source));
  return Object.fromEntries(wanted.map((key) => [settings[key].env, textOf(key, resolved[key].value)]));
}

/** Child processes may have another working folder. */
function textOf(key: SettingKey, value: SettingValue): string {
  return settings[key].isPath === true ? resolve(String(value)) : String(value);
}

/** Lets services in this process find in its environment what child processes would inherit. */
export function exportSettings(
  config: CliConfig,
  env: Record<string, string | undefined> = process.env,
): void {
  for (const { env: name } of Object.values(settings)) {
    const value = config.environment[name];
    if (value !== undefined) env[name] = value;
  }
}

/**
 * Makes this process, whatever it colours its output with, do as the setting says: those who do read NO_COLOR and
 * FORCE_COLOR, as `auto` leaves them.
 */
export function applyColour(
  colour: 'auto' | 'always' | 'never',
  env: Record<string, string | undefined> = process.env,
): void {
  if (colour === 'auto') return;
  delete env.NO_COLOR;
  delete env.FORCE_COLOR;
  env[colour === 'always' ? 'FORCE_COLOR' : 'NO_COLOR'] = '1';
}
