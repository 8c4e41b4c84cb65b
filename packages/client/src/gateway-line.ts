import { credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import { limits, ShoalError } from '@shoal/core';

export interface GatewayAddress {
  /** `127.0.0.1:PORT`, as `run/gateway.json` of the home says. */
  readonly address: string;
  /** The home's token. */
  readonly token: string;
}

/** Where a gateway is, or how to find out: a device that starts again may listen elsewhere. */
export type GatewaySource = GatewayAddress | (() => Promise<GatewayAddress>);

/** A connection to a gateway, and what goes with each call. */
export interface OpenLine {
  readonly grpc: GrpcClient;
  readonly metadata: Metadata;
}

/** The way to a gateway, wherever it is. */
export interface GatewayLine {
  /** Throws what the source throws, and `interrupted` once it is closed. */
  open(): Promise<OpenLine>;
  /** Nobody was there, or not whom it takes: its place is asked for again before the next call. */
  failed(): void;
  close(): void;
}

/** A line to a gateway. It connects with the first call, and again whenever the connection was lost. */
export function gatewayLine(source: GatewaySource): GatewayLine {
  let current: (OpenLine & GatewayAddress) | undefined;
  let isCurrent = false;
  let isClosed = false;
  return {
    open: async () => {
      requireOpen(isClosed);
      if (current !== undefined && isCurrent) return current;
      const found = typeof source === 'function' ? await source() : source;
      requireOpen(isClosed);
      if (current?.address !== found.address || current.token !== found.token) {
        current?.grpc.close();
        current = { ...found, ...lineTo(found) };
      }
      isCurrent = true;
      return current;
    },
    failed: () => {
      isCurrent = false;
    },
    close: () => {
      isClosed = true;
      current?.grpc.close();
    },
  };
}

function requireOpen(isClosed: boolean): void {
  if (isClosed) throw new ShoalError('interrupted', 'the client was closed');
}

function lineTo({ address, token }: GatewayAddress): OpenLine {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const grpc = new GrpcClient(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': limits.grpcMessageBytesMax,
    'grpc.max_send_message_length': limits.grpcMessageBytesMax,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
  return { grpc, metadata };
}
