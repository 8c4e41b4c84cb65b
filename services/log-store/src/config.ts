/** What the log-store may be told: where its gRPC listens, always on the loopback. */
export interface LogStoreConfig {
  readonly grpcPort: number;
}

/** Any free port: the home's one port for gRPC is the gateway's, and others find this in `run/log-store.json`. */
export function logStoreConfig(): LogStoreConfig {
  return { grpcPort: 0 };
}
