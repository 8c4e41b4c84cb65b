import { readTelemetryConfig, startTelemetry, type Telemetry } from '@shoal/telemetry';
import { readHome } from './home.ts';

/** The version that a process says it is of. */
const version = '0.1.0';

let current: Telemetry | undefined;

/**
 * Starts the telemetry of this process as the environment asks, under the name of the service and the id of its
 * device; off where nothing is asked. Throws `invalid-argument`, and as `readHome`.
 */
export async function startTelemetryOf(service: string, home: string): Promise<Telemetry> {
  const config = readTelemetryConfig();
  const { deviceId, name } = (await readHome(home)).config;
  current = await startTelemetry({
    service: `shoal-${service}`,
    version,
    attributes: { 'service.instance.id': deviceId, 'host.name': name },
    config,
  });
  return current;
}
