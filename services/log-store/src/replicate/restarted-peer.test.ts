import { memoryNetwork } from '@shoal/bus';
import { limits } from '@shoal/core';
import { Heartbeat, protocolVersion, uuidToBytes } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { deviceA, deviceB, library } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';
import { busChannel } from './bus-channel.ts';

/**
 * The hazard: a peer dies with a request in hand, and is back within a second; whoever asked it would wait for the
 * deadline of a request that nobody will answer. The method: a peer that never answers, and then says what a log-store
 * says that has just started.
 */
test('[REP-4] a peer that was restarted with a request in hand is asked again when it speaks, not after the deadline', async () => {
  const endpoint = memoryNetwork();
  const { bus, cut } = endpoint.connect();
  const channel = busChannel({ bus, library, device: deviceB, report: silentLog() });
  onTestFinished(() => cut());
  let asked = 0;
  channel.servePull(() => {
    asked += 1;
    return new Promise(() => undefined);
  });
  const tell = (replyWanted: boolean) =>
    channel.publishHeartbeat({
      ...Heartbeat.decode(Buffer.alloc(0)),
      deviceId: uuidToBytes(deviceB),
      logId: 'f'.repeat(32),
      headSeq: 1_000,
      have: [{ stream: Buffer.concat([uuidToBytes(deviceB), Buffer.alloc(8, 7)]), originSeq: 1_000 }],
      replyWanted,
      protocolVersion,
      wallMs: 0,
    });
  openMemoryPeer(endpoint, deviceA);
  const within = { timeout: limits.requestMs / 2, interval: 5 };
  tell(false);
  await expect.poll(() => asked, within).toBe(1);
  // A heartbeat as always says nothing about the request.
  tell(false);
  tell(true);
  await expect.poll(() => asked, within).toBe(2);
});
