/** What capture may be told: where its gRPC listens, always on the loopback. */
export interface CaptureConfig {
  readonly grpcPort: number;
}

/** Any free port: the home's one port for gRPC is the gateway's, and others find this in `run/capture.json`. */
export function captureConfig(): CaptureConfig {
  return { grpcPort: 0 };
}
