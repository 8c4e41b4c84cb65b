import type { CliConfig } from '../config.ts';
import { configPlace, readConfigFile } from '../settings/config-file.ts';
import { resolveSettings } from '../settings/resolve-settings.ts';

/**
 * Whether a failure is to be told as JSON: by the arguments, also where they are wrong and no command comes to read them,
 * else by the settings. Settings that are wrong themselves are told to people.
 */
export function wantsJson(args: readonly string[], { environment }: Pick<CliConfig, 'environment'>): boolean {
  const end = args.indexOf('--');
  const flags = args.slice(0, end < 0 ? args.length : end);
  if (flags.includes('--json')) return true;
  if (flags.includes('--no-json')) return false;
  const at = flags.indexOf('--config');
  const named = at < 0 ? undefined : flags[at + 1];
  try {
    const file = readConfigFile(configPlace({ named, environment }));
    return resolveSettings({ flags: {}, environment, file }).json.value;
  } catch {
    return false;
  }
}
