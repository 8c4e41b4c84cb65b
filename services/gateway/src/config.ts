import type { Home } from '@shoal/service-kit';

/** What the gateway takes from its home: where it listens, always on the loopback. 0: any free port. */
export interface GatewayConfig {
  readonly grpcPort: number;
  readonly httpPort: number;
}

export function gatewayConfig({ config }: Home): GatewayConfig {
  return { grpcPort: config.ports.grpc, httpPort: config.ports.http };
}
