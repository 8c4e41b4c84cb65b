import { natsServerCommand, portsFilePath, readClientPort } from '@shoal/bus';
import { ShoalError } from '@shoal/core';
import { type HomePaths, type RunningNats, writePrivateFile } from '@shoal/service-kit';
import type { ChildSpec } from './child-spec.ts';

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
    isReady: async (pid) => (await portOf(pid)) !== undefined,
    onReady: async ({ pid, startTime }) => {
      const port = await portOf(pid);
      if (port === undefined) throw new ShoalError('unavailable', 'nats-server took its ports back');
      await options.onReady({ pid, startTime, port });
    },
  };
}

/** Writes the configuration of the next start (0600: it holds secrets). */
export async function writeNatsConfig(paths: HomePaths, text: string): Promise<void> {
  await writePrivateFile(paths.natsConfig, text);
}
