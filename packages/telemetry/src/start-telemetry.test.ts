import { afterEach, expect, test } from 'vitest';
import { openInstruments } from './instruments.ts';
import { startTelemetry, type Telemetry } from './start-telemetry.ts';

const sampler = { isParentBased: true, ratio: 1 };
const off = { traces: null, metrics: null, prometheus: false, sampler, spansMs: 100, numbersMs: 100 };
const options = { service: 'shoal-test', version: '1', attributes: { 'service.instance.id': 'lamp' } };
let telemetry: Telemetry | undefined;
afterEach(() => telemetry?.stop());

test('where nothing is asked for nothing is kept', async () => {
  telemetry = await startTelemetry({
    ...options,
    config: off,
  });
  openInstruments().captured.add(1, { library: 'l' });
  expect(await telemetry.readMetrics()).toBeNull();
});

test('numbers are read as Prometheus reads them, by process and library, until they are not asked for any more', async () => {
  telemetry = await startTelemetry({
    ...options,
    config: { ...off, prometheus: true },
  });
  const { captured, apply, lag } = openInstruments();
  captured.add(2, { library: 'l', model: 'tag' });
  captured.add(3, { library: 'l', model: 'tag' });
  apply.record(4, { library: 'l' });
  let asked = 0;
  const stop = lag.observe(() => 6 + ++asked, { library: 'l' });
  const text = await telemetry.readMetrics();
  expect(text).toMatch(/^shoal_captured_total\{library="l",model="tag",service_name="shoal-test",.*\} 5$/m);
  expect(text).toContain('service_instance_id="lamp"');
  expect(text).toMatch(/^shoal_apply_duration_bucket\{library="l",.*le="0.005"\} 1$/m);
  expect(text).toMatch(/^shoal_apply_duration_sum\{.*\} 0\.004$/m);
  expect(text).toMatch(/^shoal_lag\{library="l",.*\} 7$/m);
  stop();
  await telemetry.readMetrics();
  expect(asked).toBe(1);
});
