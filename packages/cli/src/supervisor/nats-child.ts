import { findNatsServer, natsServerCommand, portsFilePath, readClientPort } from '@shoal/bus';
import { asShoalError, ShoalError } from '@shoal/core';
import { type HomePaths, portRefused, type RunningNats, writePrivateFile } from '@shoal/service-kit';
import type { ChildSpec } from './child-spec.ts';
import { logTail } from './last-error.ts';

export interface NatsChildOptions {
  readonly paths: HomePaths;
  /** As `findNatsServer` says. */
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Told at every start, before the server counts as ready. */
  readonly onReady: (nats: RunningNats) => Promise<void>;
}

/** A nats-server that ends with us. Its configuration has to lie in `natsConfig` before it starts. */
export function natsChild(options: NatsChildOptions): ChildSpec {
  const { paths, executable, environment } = options;
  const { command, args } = natsServerCommand({
    executable,
    configPath: paths.natsConfig,
    portsFolder: paths.run,
  });
  const portOf = (pid: number) => readClientPort(portsFilePath(paths.run, executable, pid));
  return {
    name: 'nats',
    command,
    args,
    environment,
    logFile: paths.serviceLog('nats'),
    explain: () => whyNoServer(executable, paths.serviceLog('nats')),
    isReady: async (pid) => (await portOf(pid)) !== undefined,
    onReady: async ({ pid, startTime }) => {
      const port = await portOf(pid);
      if (port === undefined) throw new ShoalError('unavailable', 'nats-server took its ports back');
      await options.onReady({ pid, startTime, port });
    },
  };
}

/** What nats-server itself does not say in our words: that it is gone, or that its port is. */
async function whyNoServer(executable: string, logFile: string): Promise<ShoalError | undefined> {
  try {
    findNatsServer({ setting: executable });
  } catch (error) {
    return asShoalError(error);
  }
  const [, leaf, port] =
    /Error listening on (leafnode )?port: (?:\S*:)?(\d+)\b[^\n]*address already in use[^\n]*\s*$/.exec(
      await logTail(logFile),
    ) ?? [];
  if (port === undefined) return undefined;
  if (leaf === undefined) return portRefused('ports.nats', Number(port));
  return new ShoalError('port-taken', `port ${port} is taken by another program`, { field: 'listen' });
}

/** Writes the configuration of the next start (0600: it holds secrets). */
export async function writeNatsConfig(paths: HomePaths, text: string): Promise<void> {
  await writePrivateFile(paths.natsConfig, text);
}
