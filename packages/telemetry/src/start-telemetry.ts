import { context, metrics, propagation, trace } from '@opentelemetry/api';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpProtocol, SamplerConfig, TelemetryConfig } from './config.ts';

/** The telemetry of a process. */
export interface Telemetry {
  /** The numbers of this process in the text format of Prometheus; null where they are not kept. */
  readMetrics(): Promise<string | null>;
  /** Sends what is left, for at most `flushMs`, and ends. Never throws: who watches must not stop what is watched. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  /** `shoal-capture`; OTEL_SERVICE_NAME wins. */
  readonly service: string;
  readonly version: string;
  /** Which device and what else tells processes of one name apart. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly config: TelemetryConfig;
}

/** How long the end of a process waits for its last spans to be taken, in ms. */
const flushMs = 2_000;

const off: Telemetry = { readMetrics: async () => null, stop: async () => {} };

/**
 * Registers providers with the OpenTelemetry API for this process, as far as `config` asks; what is not asked for is
 * not even imported, and costs a call of a function without a body. Before it, instruments record nothing.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { config } = options;
  if (config.traces === null && config.metrics === null && !config.prometheus) return off;
  const { defaultResource, resourceFromAttributes, detectResources, envDetector } = await import(
    '@opentelemetry/resources'
  );
  const resource = defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': options.service,
        'service.version': options.version,
        ...options.attributes,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
  const ending: (() => Promise<void>)[] = [];
  if (config.traces !== null) {
    const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace');
    const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
    const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
    const provider = new TracerProvider({
      resource,
      sampler: await samplerOf(config.sampler),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: await spanExporter(config.traces),
          scheduledDelayMillis: config.spansMs,
        }),
      ],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
    ending.push(() => provider.shutdown());
  }
  let readMetrics = off.readMetrics;
  const readers: IMetricReader[] = [];
  if (config.metrics !== null) readers.push(await otlpReader(config.metrics, config.numbersMs));
  if (config.prometheus) {
    const { startPrometheusReader } = await import('./prometheus-reader.ts');
    const { reader, read } = startPrometheusReader();
    readers.push(reader);
    readMetrics = read;
  }
  if (readers.length > 0) {
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    const provider = new MeterProvider({ resource, readers });
    metrics.setGlobalMeterProvider(provider);
    ending.push(() => provider.shutdown());
  }
  return {
    readMetrics,
    async stop() {
      const ended = Promise.allSettled(ending.map((end) => end()));
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, flushMs);
      await Promise.race([ended, late]);
      clearTimeout(timer);
      for (const api of [trace, metrics, context, propagation]) api.disable();
    },
  };
}

async function samplerOf({ isParentBased, ratio }: SamplerConfig): Promise<Sampler> {
  const { AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = await import(
    '@opentelemetry/sdk-trace'
  );
  const root = ratio === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

async function spanExporter(protocol: OtlpProtocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

async function otlpReader(protocol: OtlpProtocol, exportIntervalMillis: number): Promise<IMetricReader> {
  const { PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis,
    exportTimeoutMillis: exportIntervalMillis,
  });
}
