import { memoryNetwork } from '@shoal/bus';
import { expect, test } from 'vitest';
import { deviceA, deviceB } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';

const within = { timeout: 15_000, interval: 5 };

test('[S1-35] who follows a log is woken by what its device appends and by what the network brings', async () => {
  const network = memoryNetwork();
  const woken: number[] = [];
  const a = openMemoryPeer(network, deviceA);
  const b = openMemoryPeer(network, deviceB, Math.random, { onReadable: (headSeq) => woken.push(headSeq) });
  b.append({ record: 1, at: 1 });
  expect(woken).toEqual([1]);
  a.append({ record: 2, at: 2 });
  await expect.poll(() => woken, within).toContain(2);
  // And what comes by a pull, as no message told of it.
  b.cut();
  a.append({ record: 3, at: 3 });
  await expect.poll(() => a.status().headSeq, within).toBe(3);
  b.heal();
  await expect.poll(() => woken, within).toContain(3);
});
