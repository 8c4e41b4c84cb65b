import { spawnSync } from 'node:child_process';
import { readServiceRun } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './testing/otlp-receiver.ts';
import { readTag, writeTag } from './write-tag.ts';

/** Two devices that tell a receiver what they do, and keep their numbers. */
let receiver: OtlpReceiver;
let fleet: Fleet;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  fleet = await startFleet({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
  });
});
afterAll(async () => {
  await fleet?.close();
  await receiver?.stop();
});

const devices = () => fleet.devices as readonly [DeviceProcess, DeviceProcess];
const secret = 'a name that nobody else may read';

test('[CHG-2] one change is one story: from the call on A over both logs to the row on B', async () => {
  const [a, b] = devices();
  const { libraryId } = fleet;
  const id = await writeTag(await a.gateway(), { libraryId, fields: { canonical_name: secret } });
  await until('the tag is on B', async () => readTag(await b.gateway(), libraryId, id));
  const applied = await until('the story was told to its end', () =>
    receiver
      .spans()
      .find(
        ({ name, attributes, device }) =>
          name === 'shoal.apply' && attributes['shoal.record'] === id && device === b.home.config.deviceId,
      ),
  );
  const inA = a.home.config.deviceId;
  const inB = b.home.config.deviceId;
  const told = () => storyOf(applied).map(({ name, service, device }) => [name, service, device]);
  // What is sent first arrives in any order.
  await until('every part of it was told', () => told().length === 6);
  expect(told()).toEqual([
    ['shoal.v1.Gateway/Write', 'shoal-gateway', inA],
    ['shoal.write', 'shoal-capture', inA],
    ['shoal.ship', 'shoal-capture', inA],
    ['shoal.append', 'shoal-log-store', inA],
    ['shoal.receive', 'shoal-log-store', inB],
    ['shoal.apply', 'shoal-ingest', inB],
  ]);
  expect(receiver.text()).not.toContain(secret);
});

test('the numbers of a device are read at its gateway, and pass the check of Prometheus', async () => {
  const [, b] = devices();
  const text = await until('all services have told their numbers', async () => {
    const found = await metricsOf(b);
    return ['shoal-ingest', 'shoal-log-store', 'shoal-capture'].every((name) => found.includes(name))
      ? found
      : undefined;
  });
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text });
  expect([status, `${stdout}`, `${stderr}`]).toEqual([0, '', '']);
  expect(sampleOf(text, 'shoal_received_total', 'shoal-log-store')).toBeGreaterThanOrEqual(1);
  expect(sampleOf(text, 'shoal_applied_total', 'shoal-ingest')).toBeGreaterThanOrEqual(1);
  expect(sampleOf(text, 'shoal_lag', 'shoal-ingest')).toBe(0);
  expect(text).not.toContain(secret);
});

test('[S4-32] sends, latencies, lag and queues are told by peer and by model', async () => {
  const [a, b] = devices();
  const idOf = ({ home }: DeviceProcess) => home.config.deviceId;
  const soon = (what: string, device: DeviceProcess, name: string, labels: Record<string, string>) =>
    until(what, async () => sumOf(await metricsOf(device), name, labels));
  await soon('A hears B', a, 'shoal_ahead', { peer: idOf(b) });
  const { libraryId } = fleet;
  const id = await writeTag(await a.gateway(), { libraryId, fields: { canonical_name: secret } });
  await until('the tag is on B', async () => readTag(await b.gateway(), libraryId, id));
  await soon('A told B live', a, 'shoal_sent_total', { model: 'tag', peer: idOf(b) });
  const fromA = { model: 'tag', peer: idOf(a) };
  await soon('B received it', b, 'shoal_received_total', fromA);
  await soon('B applied it', b, 'shoal_applied_total', fromA);
  await soon('how long it was on its way', b, 'shoal_travel_duration_count', fromA);
  const text = await metricsOf(a);
  expect(sumOf(text, 'shoal_captured_total', { model: 'tag' })).toBeGreaterThanOrEqual(2);
  expect(sumOf(text, 'shoal_outbox', { model: 'tag' }) ?? 0).toBe(0);
});

/** What led to a span, and what was a step beside those, in the order of the path (the log of B stores what A sends). */
function storyOf(last: ReceivedSpan): readonly ReceivedSpan[] {
  const ofTrace = receiver.spans().filter(({ traceId }) => traceId === last.traceId);
  const bySpan = new Map(ofTrace.map((span) => [span.spanId, span]));
  const before: ReceivedSpan[] = [];
  for (let at = bySpan.get(last.parentSpanId); at !== undefined; at = bySpan.get(at.parentSpanId))
    before.unshift(at);
  const beside = ['shoal.append', 'shoal.receive'].flatMap((name) =>
    ofTrace.filter((span) => span.name === name && span.parentSpanId === last.parentSpanId),
  );
  return [...before, ...beside, last];
}

async function metricsOf({ home }: DeviceProcess): Promise<string> {
  const address = (await readServiceRun(home.paths, 'gateway'))?.http;
  const reply = await fetch(`http://${address}/metrics`, {
    headers: { authorization: `Bearer ${home.token}` },
  });
  return reply.text();
}

function sampleOf(text: string, metric: string, service: string): number {
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${metric}{`) && each.includes(`"${service}"`));
  return Number(line?.split(' ').at(-1));
}

/** Undefined: no sample has all of these labels. */
function sumOf(text: string, metric: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && wanted.every((label) => line.includes(label)))
    .map((line) => Number(line.split(' ').at(-1)));
  return samples.length === 0 ? undefined : samples.reduce((sum, value) => sum + value);
}
