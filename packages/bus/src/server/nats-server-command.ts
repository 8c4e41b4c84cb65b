import { fileURLToPath } from 'node:url';

export interface NatsServerCommandOptions {
  /** As `findNatsServer` says. */
  readonly executable: string;
  readonly configPath: string;
  /** Where the server writes its log; on its stderr where it is not given. */
  readonly logPath?: string;
  /** Where it says by `nats-server_PID.ports` that it is ready, and on which ports. */
  readonly portsFolder?: string;
}

/** What to spawn. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const guard = fileURLToPath(new URL('nats-guard.sh', import.meta.url));

/**
 * The command of a nats-server that ends with whoever spawns it, also by SIGKILL: spawn it with stdin `pipe` and
 * leave that open. The child's pid is the server's. With `detached: true` a Ctrl-C on the terminal does not reach it
 * before its supervisor decides.
 */
export function natsServerCommand(options: NatsServerCommandOptions): Command {
  const { executable, configPath, logPath, portsFolder } = options;
  return {
    command: '/bin/sh',
    args: [
      guard,
      executable,
      '--config',
      configPath,
      ...(logPath === undefined ? [] : ['--log', logPath]),
      ...(portsFolder === undefined ? [] : ['--ports_file_dir', portsFolder]),
    ],
  };
}
