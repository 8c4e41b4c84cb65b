/** What ingest may be told: where its gRPC listens, always on the loopback. */
export interface IngestConfig {
  readonly grpcPort: number;
}

/** Any free port: the home's one port for gRPC is the gateway's, and others find this in `run/ingest.json`. */
export function ingestConfig(): IngestConfig {
  return { grpcPort: 0 };
}
