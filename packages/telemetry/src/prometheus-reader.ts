import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';

/** Which of the resource's attributes stand as labels at each number: they tell the processes of a device apart. */
const labels = /^service\.(name|instance\.id)$/;

/** Keeps the numbers for whoever asks, and listens nowhere itself: the gateway is the door. */
export function startPrometheusReader(): { readonly reader: IMetricReader; read(): Promise<string> } {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, labels, true, true);
  return {
    reader,
    async read() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}
