import { limits, ShoalError } from '@shoal/core';

/** What capture may be told: where its gRPC listens, always on the loopback, and how often its relay looks. */
export interface CaptureConfig {
  readonly grpcPort: number;
  /** Without a signal the outbox is looked at this often, in ms. */
  readonly relayMs: number;
}

/**
 * Reads SHOAL_RELAY_MS, a whole number from 1 to 60,000; 100 where it is not set (S0-57). The port is any free one: the
 * home's one port for gRPC is the gateway's, and others find this in `run/capture.json`. Throws `invalid-argument`.
 */
export function captureConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CaptureConfig {
  return { grpcPort: 0, relayMs: readRelayMs(env.SHOAL_RELAY_MS) };
}

function readRelayMs(given: string | undefined): number {
  if (given === undefined) return limits.relayMs;
  const ms = Number(given);
  if (Number.isInteger(ms) && ms >= 1 && ms <= limits.relayMsMax) return ms;
  const message = `SHOAL_RELAY_MS: expected a whole number from 1 to ${limits.relayMsMax}, found ${JSON.stringify(given)}`;
  throw new ShoalError('invalid-argument', message, { field: 'SHOAL_RELAY_MS' });
}
