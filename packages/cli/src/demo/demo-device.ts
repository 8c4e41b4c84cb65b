import { connectGateway, type GatewayClient } from '@shoal/client';
import type { Home } from '@shoal/service-kit';
import type { RunningDevice } from '../supervisor/supervise-device.ts';

/** A device of the demo and the way to its gateway. */
export interface DemoDevice {
  readonly name: string;
  readonly home: Home;
  /** Where its gateway listens now. */
  addresses(): Promise<{ readonly grpc: string; readonly http: string }>;
  /** Its gateway at this moment: after a restart it listens elsewhere. Throws `unavailable` in between. */
  gateway(): Promise<GatewayClient>;
  stop(): Promise<void>;
}

/** A running device as the demo sees it. */
export function demoDevice(name: string, device: RunningDevice): DemoDevice {
  let address: string | undefined;
  let client: GatewayClient | undefined;
  return {
    name,
    home: device.home,
    addresses: () => device.addresses(),
    gateway: async () => {
      const { grpc } = await device.addresses();
      if (client === undefined || grpc !== address) {
        client?.close();
        address = grpc;
        client = connectGateway({ address: grpc, token: device.home.token });
      }
      return client;
    },
    stop: async () => {
      client?.close();
      await device.stop();
    },
  };
}
