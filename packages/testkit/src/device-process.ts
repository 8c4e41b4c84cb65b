import { connectGateway, type GatewayClient } from '@shoal/client';
import { type Home, readHome, readNatsRun, readServiceRun, type ServiceName } from '@shoal/service-kit';
import { type CrashPoints, crashPoints } from './crash-points.ts';
import type { ProcessLedger } from './process-ledger.ts';
import { type ShoalProcess, startShoal } from './shoal-process.ts';
import { until } from './until.ts';

/** A device whose supervisor is a process of its own (`shoal up`). */
export interface DeviceProcess {
  readonly home: Home;
  /** Starts it and waits until it is ready. */
  start(options?: { readonly isInProcess?: boolean }): Promise<void>;
  /** Asks it to end and waits; fails if it does not end with 0. */
  stop(): Promise<void>;
  /** Kills the supervisor; what it started ends by itself. */
  killSupervisor(): Promise<void>;
  /** The supervisor as it was started last. */
  supervisor(): ShoalProcess;
  /** A client of the gateway as it listens now. */
  gateway(): Promise<GatewayClient>;
  pidOf(program: ServiceName | 'nats'): Promise<number>;
  /** Where its processes can be killed. Throws for a device that was not made with them. */
  crashPoints(): CrashPoints;
  /** Lets go of clients. */
  close(): void;
}

/** A device in an existing home; nothing is started yet. `crashFolder` gives it crash points. */
export async function deviceProcess(
  dir: string,
  ledger: ProcessLedger,
  options: { readonly crashFolder?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<DeviceProcess> {
  const home = await readHome(dir);
  const points = options.crashFolder === undefined ? undefined : await crashPoints(options.crashFolder);
  const { paths, token } = home;
  const given = options.env ?? {};
  let up: ShoalProcess | undefined;
  let isInProcess = false;
  let client: { readonly address: string; readonly gateway: GatewayClient } | undefined;
  const supervisor = () => {
    if (up === undefined) throw new Error(`${dir} was not started`);
    return up;
  };
  const close = () => {
    client?.gateway.close();
    client = undefined;
  };
  return {
    home,
    start: async (options = {}) => {
      isInProcess = options.isInProcess ?? isInProcess;
      const flags = isInProcess ? ['--in-process'] : [];
      up = startShoal(['up', '--home', paths.dir, '--json', ...flags], {
        ledger,
        env: { ...given, ...points?.env },
      });
      await up.line((line) => line.startsWith('{'));
    },
    stop: async () => {
      close();
      supervisor().signal('SIGTERM');
      const { code, stderr } = await supervisor().ended;
      if (code !== 0) throw new Error(`shoal up ended with ${code}: ${stderr}`);
    },
    killSupervisor: async () => {
      close();
      supervisor().signal('SIGKILL');
      await supervisor().ended;
    },
    supervisor,
    gateway: async () => {
      const address = (await readServiceRun(paths, 'gateway'))?.grpc;
      if (address === undefined) throw new Error(`the gateway of ${dir} does not run`);
      if (client?.address !== address) {
        close();
        client = { address, gateway: connectGateway({ address, token }) };
      }
      return client.gateway;
    },
    pidOf: (program) =>
      until(`${program} runs`, async () => {
        const run = program === 'nats' ? readNatsRun(paths) : readServiceRun(paths, program);
        return (await run)?.pid;
      }),
    crashPoints: () => {
      if (points === undefined) throw new Error(`${dir} was made without crash points`);
      return points;
    },
    close,
  };
}
