import { setTimeout as turn } from 'node:timers/promises';
import { memoryNetwork, subjects } from '@shoal/bus';
import { Entry, LiveEntries } from '@shoal/proto';
import { type RecordedNumbers, recordNumbers } from '@shoal/telemetry/testing';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { deviceA, deviceB, deviceC, library } from './testing/make-entry.ts';
import { openMemoryPeer } from './testing/memory-peer.ts';

let numbers: RecordedNumbers;
beforeEach(async () => {
  numbers = await recordNumbers();
});
afterEach(() => numbers.stop());

const within = { timeout: 15_000, interval: 5 };
const soon = (metric: string, labels: Record<string, string>) =>
  expect.poll(() => numbers.sum(metric, labels), within);

test('[S4-32] what goes to another device and comes from it is told by that device and by model', async () => {
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  a.append({ record: 1, at: 1 }, { record: 2, at: 2 });
  // Whoever was to hear of it live has by now: B has to ask.
  await turn();
  openMemoryPeer(network, deviceB);
  await soon('shoal_received_total', { model: 'tag', peer: deviceA }).toBe(2);
  expect(await numbers.sum('shoal_appended_total', { model: 'tag' })).toBe(2);
  expect(await numbers.sum('shoal_sent_total', { peer: deviceB, reason: 'asked' })).toBe(2);
  expect(await numbers.sum('shoal_pull_duration_count', { peer: deviceA })).toBeGreaterThan(0);
  expect(await numbers.sum('shoal_receive_duration_count')).toBe(1);
  await soon('shoal_ahead', { peer: deviceB }).toBeGreaterThanOrEqual(0);
  expect(await numbers.sum('shoal_behind', { peer: deviceA })).toBe(0);
  a.append({ record: 3, at: 3, model: 'entry' });
  await soon('shoal_received_total', { model: 'entry', peer: deviceA }).toBe(1);
  expect(await numbers.sum('shoal_sent_total', { model: 'entry', peer: deviceB })).toBe(1);
});

test('[S4-32] what a device tells and is not taken is told by that device, with why', async () => {
  const network = memoryNetwork();
  openMemoryPeer(network, deviceB);
  const stranger = network.connect().bus;
  onTestFinished(() => stranger.close());
  const message = LiveEntries.encode({ entries: [Entry.decode(new Uint8Array())] }).finish();
  stranger.publish(subjects.shared.live(library, deviceC), message);
  await soon('shoal_refused_total', { peer: deviceC, reason: 'malformed-message' }).toBe(1);
});
