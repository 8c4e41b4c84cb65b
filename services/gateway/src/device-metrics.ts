import type { Client, TelemetryDefinition } from '@shoal/proto';
import { telemetryHandlers } from '@shoal/service-kit';
import { mergeMetrics } from '@shoal/telemetry';

/**
 * The numbers of all services of this device that answer, as one text in the format of Prometheus; null where this
 * process keeps none. What does not answer is missing from it, as it is from the target's own `up` in a scrape.
 */
export async function deviceMetrics(
  others: readonly Client<typeof TelemetryDefinition>[],
): Promise<string | null> {
  const own = await telemetryHandlers.readMetrics({});
  if (own.text === '') return null;
  const replies = await Promise.allSettled(others.map((service) => service.readMetrics({})));
  const textByProcess = new Map([[own.process, own.text]]);
  for (const reply of replies)
    if (reply.status === 'fulfilled') textByProcess.set(reply.value.process, reply.value.text);
  return mergeMetrics([...textByProcess.values()]);
}
