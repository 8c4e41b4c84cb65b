/** Settings of ingest from the environment. */
export interface IngestConfig {
  /** Port of its gRPC server on the loopback; 0: any free one. */
  readonly grpcPort: number;
}

/** Reads SHOAL_INGEST_GRPC_PORT. */
export function ingestConfig(env: Readonly<Record<string, string | undefined>> = process.env): IngestConfig {
  return { grpcPort: Number(env.SHOAL_INGEST_GRPC_PORT ?? 0) };
}
