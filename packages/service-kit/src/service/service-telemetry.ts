import type { Handlers, ReadMetricsReply, TelemetryDefinition } from '@shoal/proto';
import { readTelemetryConfig, startTelemetry, type Telemetry } from '@shoal/telemetry';
import { appVersion } from '../app-version.ts';
import { readHome } from '../home/home.ts';

/** That of this process, if it was started here: the services that share it tell the same numbers. */
let ofProcess: Telemetry | undefined;

/**
 * Starts the telemetry of this process as the environment asks, under the name of the service and the id of its
 * device; off where nothing is asked. Throws `invalid-argument`, and as `readHome`.
 */
export async function startServiceTelemetry(service: string, home: string): Promise<Telemetry> {
  const config = readTelemetryConfig();
  const { deviceId, name } = (await readHome(home)).config;
  const attributes = { 'service.instance.id': deviceId, 'host.name': name };
  ofProcess = await startTelemetry({ service: `shoal-${service}`, version: appVersion, attributes, config });
  return ofProcess;
}

/** What this process tells of itself. */
export const telemetryHandlers: Handlers<typeof TelemetryDefinition> = {
  readMetrics: async (): Promise<ReadMetricsReply> => ({
    text: (await ofProcess?.readMetrics()) ?? '',
    process: process.pid,
  }),
};
