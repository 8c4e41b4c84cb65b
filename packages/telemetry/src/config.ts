import { ShoalError } from '@shoal/core';

/** What of telemetry is wanted, and where it goes. Everything is off unless asked for. */
export interface TelemetryConfig {
  readonly traces: OtlpProtocol | null;
  readonly metrics: OtlpProtocol | null;
  /** Whether the numbers are kept for the gateway's `/metrics`. */
  readonly prometheus: boolean;
  readonly sampler: SamplerConfig;
  /** How long spans, and numbers, wait for more before they are sent, in ms. */
  readonly spansMs: number;
  readonly numbersMs: number;
}

/** How OTLP travels; where to, and with which headers, the exporters read from the environment themselves. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

export interface SamplerConfig {
  /** Whether a parent that came from elsewhere decides. */
  readonly isParentBased: boolean;
  /** Share of the traces that begin here, in [0, 1]. */
  readonly ratio: number;
}

/** An hour. */
const msMax = 3_600_000;

type Env = Readonly<Record<string, string | undefined>>;

const protocols: readonly string[] = ['http/protobuf', 'http/json'] satisfies OtlpProtocol[];

/**
 * Reads the standard variables of OpenTelemetry: OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER
 * (`otlp`, `prometheus`, `none`), OTEL_EXPORTER_OTLP_ENDPOINT and _PROTOCOL, each also with _TRACES_ and _METRICS_,
 * OTEL_TRACES_SAMPLER and _ARG, OTEL_BSP_SCHEDULE_DELAY, OTEL_METRIC_EXPORT_INTERVAL. OTLP is on where an exporter or an endpoint is named. Throws `invalid-argument`,
 * naming the variable.
 */
export function readTelemetryConfig(env: Env = process.env): TelemetryConfig {
  const common = {
    sampler: readSampler(env),
    spansMs: readMs(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000),
    numbersMs: readMs(env, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000),
  };
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') {
    return { traces: null, metrics: null, prometheus: false, ...common };
  }
  const traces = exportersOf(env, 'TRACES', ['otlp']);
  const metrics = exportersOf(env, 'METRICS', ['otlp', 'prometheus']);
  return {
    traces: traces.has('otlp') ? protocolOf(env, 'TRACES') : null,
    metrics: metrics.has('otlp') ? protocolOf(env, 'METRICS') : null,
    prometheus: metrics.has('prometheus'),
    ...common,
  };
}

function exportersOf(env: Env, signal: 'TRACES' | 'METRICS', known: readonly string[]): ReadonlySet<string> {
  const name = `OTEL_${signal}_EXPORTER`;
  const text = env[name];
  if (!text) {
    const hasEndpoint = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env.OTEL_EXPORTER_OTLP_ENDPOINT;
    return new Set(hasEndpoint ? ['otlp'] : []);
  }
  const wanted = text.split(',').map((part) => part.trim());
  for (const exporter of wanted) {
    if (exporter !== 'none' && !known.includes(exporter))
      refuse(name, `${known.join(', ')} or none`, exporter);
  }
  return new Set(wanted);
}

function protocolOf(env: Env, signal: 'TRACES' | 'METRICS'): OtlpProtocol {
  const own = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const name = env[own] ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[name] || 'http/protobuf';
  if (!protocols.includes(protocol)) refuse(name, protocols.join(' or '), protocol);
  return protocol as OtlpProtocol;
}

function readSampler(env: Env): SamplerConfig {
  const name = env.OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  const isParentBased = name.startsWith('parentbased_');
  switch (name.replace(/^parentbased_/, '')) {
    case 'always_on':
      return { isParentBased, ratio: 1 };
    case 'always_off':
      return { isParentBased, ratio: 0 };
    case 'traceidratio':
      return { isParentBased, ratio: readRatio(env.OTEL_TRACES_SAMPLER_ARG) };
    default:
      return refuse('OTEL_TRACES_SAMPLER', 'always_on, always_off or traceidratio, also parentbased_', name);
  }
}

function readRatio(text: string | undefined): number {
  const ratio = text ? Number(text) : 1;
  if (ratio >= 0 && ratio <= 1) return ratio;
  return refuse('OTEL_TRACES_SAMPLER_ARG', 'a share from 0 to 1', `${text}`);
}

function readMs(env: Env, name: string, otherwise: number): number {
  const text = env[name];
  if (!text) return otherwise;
  const ms = Number(text);
  if (Number.isInteger(ms) && ms > 0 && ms <= msMax) return ms;
  return refuse(name, `whole milliseconds from 1 to ${msMax}`, text);
}

function refuse(field: string, expected: string, found: string): never {
  throw new ShoalError('invalid-argument', `${field}: expected ${expected}, found "${found}"`, { field });
}
