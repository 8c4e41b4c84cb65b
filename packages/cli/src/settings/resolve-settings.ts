import { ShoalError } from '@shoal/core';
import type { ConfigFile } from './config-file.ts';
import { parseJsonValue, type Setting, type SettingValue } from './setting.ts';
import { isSettingKey, type SettingKey, type Settings, settingKeys, settings } from './settings.ts';

/** Where a value comes from; the first that says something decides. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

/** A setting with what it is, and why. */
export interface ResolvedSetting<Value extends SettingValue = SettingValue> {
  readonly value: Value;
  readonly source: SettingSource;
}

export type ResolvedSettings = { readonly [Key in SettingKey]: ResolvedSetting<Settings[Key]> };

/** What each layer says, unchecked. */
export interface SettingLayers {
  /** By key, as text; only of flags that were given. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly file: ConfigFile;
}

/**
 * What all settings are: a flag wins over the environment, that over the file, that over the default. Throws
 * `invalid-argument` naming the flag or the variable, `damaged-file` naming the file and the key.
 */
export function resolveSettings(layers: SettingLayers): ResolvedSettings {
  if (layers.file.problem !== undefined) throw layers.file.problem;
  for (const key of Object.keys(layers.file.entries))
    if (!isSettingKey(key)) throw unknownInFile(key, layers.file);
  return Object.fromEntries(
    settingKeys.map((key) => [
      key,
      resolveSetting<SettingValue>(key, settings[key] as Setting<SettingValue>, layers),
    ]),
  ) as ResolvedSettings;
}

/** The value of a setting that a text of the command line stands for. Throws `invalid-argument` naming it. */
export function parseSetting(key: SettingKey, text: string, name: string = key): SettingValue {
  const { parse, expected } = settings[key];
  const value = parse(text);
  if (value !== undefined) return value;
  throw new ShoalError('invalid-argument', `"${name}": expected ${expected}, found "${text}"`, {
    field: name,
  });
}

function resolveSetting<Value extends SettingValue>(
  key: SettingKey,
  setting: Setting<Value>,
  { flags, environment, file }: SettingLayers,
): ResolvedSetting {
  const flag = flags[key];
  if (flag !== undefined) return { value: parseSetting(key, flag, flagName(setting.flag)), source: 'flag' };
  // An empty variable is how many shells take one back.
  const variable = environment[setting.env];
  if (variable) return { value: parseSetting(key, variable, setting.env), source: 'environment' };
  const found = file.entries[key];
  if (found === undefined) return { value: setting.fallback(), source: 'default' };
  const value = parseJsonValue(setting, found);
  if (value !== undefined) return { value, source: 'file' };
  const expected = setting.isPath === true ? `${setting.expected} from /` : setting.expected;
  throw inFile(file, key, `expected ${expected}, found ${JSON.stringify(found)}`);
}

/** `log-level` of `--log-level <level>`. */
function flagName(flag: string): string {
  return flag.replace(/^--/, '').replace(/ .*$/, '');
}

function unknownInFile(key: string, file: ConfigFile): ShoalError {
  return inFile(file, key, `there is no such setting; there are ${settingKeys.join(', ')}`);
}

function inFile({ path }: ConfigFile, key: string, what: string): ShoalError {
  return new ShoalError('damaged-file', `${path}: "${key}": ${what}`, { field: key });
}
