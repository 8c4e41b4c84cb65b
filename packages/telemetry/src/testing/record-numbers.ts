import { startTelemetry } from '../start-telemetry.ts';

/** The numbers of this process, kept to be read. Instruments that were opened before tell nothing. */
export interface RecordedNumbers {
  /** What `metric` came to for the labels given, in whichever other labels; undefined: nobody told any. */
  sum(metric: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Begins to keep the numbers of this process, as a gateway that is asked by Prometheus does. */
export async function recordNumbers(): Promise<RecordedNumbers> {
  const telemetry = await startTelemetry({
    service: 'test',
    version: '1',
    attributes: {},
    config: {
      traces: null,
      metrics: null,
      prometheus: true,
      sampler: { isParentBased: true, ratio: 1 },
      spansMs: 100,
      numbersMs: 100,
    },
  });
  return {
    async sum(metric, labels = {}) {
      const text = (await telemetry.readMetrics()) ?? '';
      const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      const samples = text
        .split('\n')
        .filter((line) => line.startsWith(`${metric}{`) && wanted.every((label) => line.includes(label)));
      if (samples.length === 0) return undefined;
      return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    stop: () => telemetry.stop(),
  };
}
