import { type MemoryNetwork, memoryNetwork } from '@shoal/bus';
import { type DeviceId, limits } from '@shoal/core';
import { Heartbeat, protocolVersion, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { deviceA, deviceB, deviceC, library } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';
import { busChannel } from './bus-channel.ts';

/**
 * The hazard: one peer that takes long to answer holds up what others would give at once (REP-4). The method: log-stores
 * as they are, and one that says it has news and answers no request for them before its deadline.
 */
function slowPeer(network: MemoryNetwork, device: DeviceId): { asked(): number } {
  const endpoint = network.connect();
  const channel = busChannel({ bus: endpoint.bus, library, device, report: silentLog() });
  let asked = 0;
  channel.servePull(() => {
    asked += 1;
    return new Promise(() => undefined);
  });
  const tell = () =>
    channel.publishHeartbeat({
      ...Heartbeat.decode(Buffer.alloc(0)),
      deviceId: uuidToBytes(device),
      logId: 'f'.repeat(32),
      headSeq: 1_000,
      have: [{ stream: Buffer.concat([uuidToBytes(device), Buffer.alloc(8, 7)]), originSeq: 1_000 }],
      replyWanted: false,
      protocolVersion,
      wallMs: 0,
    });
  const timer = setInterval(tell, 100);
  onTestFinished(() => {
    clearInterval(timer);
    endpoint.cut();
  });
  return { asked: () => asked };
}

test('[REP-4] [S4-29] a peer that does not answer holds up no other: live entries and rounds go on beside it', async () => {
  const network = memoryNetwork();
  const slow = slowPeer(network, deviceB);
  const a = openMemoryPeer(network, deviceA);
  // Shorter than the deadline of the round that hangs: whoever waited for that comes too late.
  const within = { timeout: limits.requestMs / 2, interval: 5 };
  await expect.poll(slow.asked, within).toBeGreaterThan(0);
  const c = openMemoryPeer(network, deviceC);
  await expect.poll(() => a.status().peers.length, within).toBe(2);
  for (let record = 1; record <= 50; record += 1) c.append({ record, at: record });
  a.append({ record: 100, at: 100 });
  await expect.poll(() => [a.status().entries, c.status().entries], within).toEqual([51, 51]);
  // What was missed meanwhile comes by a round of its own.
  c.cut();
  for (let record = 200; record < 250; record += 1) c.append({ record, at: record });
  c.heal();
  await expect.poll(() => [a.status().entries, c.status().entries], within).toEqual([101, 101]);
});
