/** The settings that `shoal` takes from the environment. */
export interface CliConfig {
  /** SHOAL_NATS_SERVER: the program to run as nats-server instead of the one that is found. */
  readonly natsServer: string | undefined;
  /** SHOAL_SUPERVISED=1: whoever started us holds the other end of stdin; its end is ours. */
  readonly isSupervised: boolean;
  /** What child processes inherit. */
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
