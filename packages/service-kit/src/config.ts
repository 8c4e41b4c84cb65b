import { parseArgs } from 'node:util';
import { ShoalError } from '@shoal/core';
import { defaultHome } from './home/home-paths.ts';

/** What a service's process is told by whoever starts it. */
export interface ProcessConfig {
  readonly home: string;
  /** A supervisor holds the other end of stdin; its end is ours. */
  readonly isSupervised: boolean;
}

/** How much a service may log, from all to nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Reads `--home DIR` and SHOAL_SUPERVISED. Throws `invalid-argument`. */
export function readProcessConfig(
  args: readonly string[] = process.argv.slice(2),
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProcessConfig {
  return { home: readHomeArgument(args), isSupervised: env.SHOAL_SUPERVISED === '1' };
}

/** Reads SHOAL_LOG_LEVEL; `info` where it is not set. Throws `invalid-argument`. */
export function readLogLevel(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const level = env.SHOAL_LOG_LEVEL ?? 'info';
  if (logLevels.some((each) => each === level)) return level;
  throw new ShoalError('invalid-argument', `SHOAL_LOG_LEVEL: expected one of ${logLevels.join(', ')}`, {
    field: 'SHOAL_LOG_LEVEL',
  });
}

/** Whether the environment says that this is a container: `container`, as its engines set it, or Kubernetes' own. */
export function readsAsContainer(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return Boolean(env.container) || Boolean(env.KUBERNETES_SERVICE_HOST);
}

function readHomeArgument(args: readonly string[]): string {
  try {
    const { values } = parseArgs({ args: [...args], options: { home: { type: 'string' } } });
    return values.home ?? defaultHome();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ShoalError('invalid-argument', `${message}; expected --home DIR`, { field: 'home' }, error);
  }
}
