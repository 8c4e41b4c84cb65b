import { limits } from '@shoal/core';
import { defaultHome, logLevels } from '@shoal/service-kit';
import { choice, onOrOff, path, type Setting, wholeNumber } from './setting.ts';

/** The values of all settings. */
export interface Settings {
  readonly home: string;
  /** Null: the one that is found. */
  readonly natsServer: string | null;
  readonly logLevel: string;
  readonly relayMs: number;
  readonly colour: 'auto' | 'always' | 'never';
  readonly json: boolean;
}

export type SettingKey = keyof Settings;

/**
 * What a person sets for all of their devices on this machine, by name, each with a flag, a variable and a key of the
 * configuration file. What belongs to one device, its name and its ports, stands in `config.json` of its home instead.
 */
export const settings: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  home: {
    ...path,
    flag: '--home <dir>',
    env: 'SHOAL_HOME',
    description: 'folder of the device (default: ~/.shoal)',
    fallback: defaultHome,
  },
  natsServer: {
    ...path,
    flag: '--nats-server <file>',
    env: 'SHOAL_NATS_SERVER',
    description: 'the program to run as nats-server; otherwise the first on PATH, else in /usr/sbin',
    fallback: () => null,
  },
  logLevel: {
    ...choice(logLevels),
    flag: '--log-level <level>',
    env: 'SHOAL_LOG_LEVEL',
    description: 'how much the services log',
    fallback: () => 'info',
  },
  relayMs: {
    ...wholeNumber({ min: 1, max: limits.relayMsMax }),
    flag: '--relay-ms <ms>',
    env: 'SHOAL_RELAY_MS',
    description: 'how soon capture looks at the outbox after a commit that nobody tells it of, in ms',
    fallback: () => limits.relayMs,
  },
  colour: {
    ...choice(['auto', 'always', 'never']),
    flag: '--colour <when>',
    env: 'SHOAL_COLOUR',
    description: 'colours: auto (on a terminal, if NO_COLOR does not forbid it), always, never',
    fallback: () => 'auto',
  },
  json: {
    ...onOrOff,
    flag: '--json',
    env: 'SHOAL_JSON',
    description: 'one JSON value on stdout',
    fallback: () => false,
  },
};

/** The keys, in the order in which people read them. */
export const settingKeys = Object.keys(settings) as readonly SettingKey[];

/** Whether a word of the command line, or a key of the file, names a setting. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key);
}
