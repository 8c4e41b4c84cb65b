import { expect, test } from 'vitest';
import { readTelemetryConfig } from './config.ts';

const sampler = { isParentBased: true, ratio: 1 };
const off = {
  traces: null,
  metrics: null,
  prometheus: false,
  sampler,
  spansMs: 5_000,
  numbersMs: 60_000,
};

test.each([
  ['nothing', {}, off],
  [
    'an endpoint',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' },
    { ...off, traces: 'http/protobuf', metrics: 'http/protobuf' },
  ],
  [
    'an endpoint of traces',
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' },
    { ...off, traces: 'http/protobuf' },
  ],
  ['an exporter', { OTEL_TRACES_EXPORTER: 'otlp' }, { ...off, traces: 'http/protobuf' }],
  [
    'none, in spite of an endpoint',
    { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' },
    off,
  ],
  [
    'two exporters',
    { OTEL_METRICS_EXPORTER: 'otlp, prometheus', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' },
    { ...off, metrics: 'http/json', prometheus: true },
  ],
  [
    'all, and that it is off',
    {
      OTEL_SDK_DISABLED: 'true',
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x',
    },
    off,
  ],
  [
    'a share',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
    { ...off, sampler: { isParentBased: false, ratio: 0.1 } },
  ],
  ['a share and parents', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, off],
  ['never', { OTEL_TRACES_SAMPLER: 'always_off' }, { ...off, sampler: { isParentBased: false, ratio: 0 } }],
  [
    'haste',
    { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_METRIC_EXPORT_INTERVAL: '1000' },
    { ...off, spansMs: 100, numbersMs: 1_000 },
  ],
])('an environment that asks for %s', (_, env, config) => {
  expect(readTelemetryConfig(env)).toEqual(config);
});

test.each([
  ['OTEL_TRACES_EXPORTER', { OTEL_TRACES_EXPORTER: 'zipkin' }],
  ['OTEL_METRICS_EXPORTER', { OTEL_METRICS_EXPORTER: 'otlp,console' }],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  ['OTEL_TRACES_SAMPLER', { OTEL_TRACES_SAMPLER: 'sometimes' }],
  ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }],
  ['OTEL_BSP_SCHEDULE_DELAY', { OTEL_BSP_SCHEDULE_DELAY: '0' }],
  ['OTEL_METRIC_EXPORT_INTERVAL', { OTEL_METRIC_EXPORT_INTERVAL: 'soon' }],
])('[SEC-5] what is not known is refused, naming %s', (field, env) => {
  expect(() => readTelemetryConfig(env)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', subject: { field } }),
  );
});
