/** Settings of capture from the environment. */
export interface CaptureConfig {
  /** Port of its gRPC server on the loopback; 0: any free one. */
  readonly grpcPort: number;
}

/** Reads SHOAL_CAPTURE_GRPC_PORT. */
export function captureConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CaptureConfig {
  return { grpcPort: Number(env.SHOAL_CAPTURE_GRPC_PORT ?? 0) };
}
