import { join } from 'node:path';
import { addLibrary, initHome, listLibraries } from '@shoal/service-kit';
import { deviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedWriter, embeddedWriter } from './embedded-writer.ts';

/**
 * The hazard: a write that waits for a service, a socket or a network, or that is lost because nobody was there to take
 * it (S0-15, S0-18). The method: a program that writes into library.db itself, while the processes that it might wait
 * for are stopped, dead, or were never started.
 */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.close());

const writerOf = async (home: Parameters<typeof embeddedWriter>[0]): Promise<EmbeddedWriter> => {
  const writer = await embeddedWriter(home);
  onTestFinished(() => writer.close());
  return writer;
};
const isThere = (ids: readonly string[]) => (lines: readonly string[]) =>
  ids.every((id) => lines.some((line) => line.includes(id)));

test('[S0-15] [S1-38] with log-store and nats-server standing still a write commits, and is shipped when they go on', async () => {
  const [a, b] = fleet.devices;
  const writer = await writerOf(a!.home);
  const standing = [await a!.pidOf('log-store'), await a!.pidOf('nats')];
  // Not ended: that the supervisor would mend. They take what is sent to them, and answer nothing.
  for (const pid of standing) process.kill(pid, 'SIGSTOP');
  const ids: string[] = [];
  try {
    for (let number = 0; number < 20; number += 1) ids.push(await writer.writeTag(`alone-${number}`));
    // Nobody was there to take them, and nobody was waited for.
    expect((await fleet.dump(b!)).filter((line) => line.includes('"alone-'))).toEqual([]);
  } finally {
    for (const pid of standing) process.kill(pid, 'SIGCONT');
  }
  await fleet.converged({ isWanted: isThere(ids) });
});

test('[S0-18] what was written while the device was off is on the others soon after its start', async () => {
  const [a] = fleet.devices;
  await a!.stop();
  const writer = await writerOf(a!.home);
  const ids = [await writer.writeTag('while off'), await writer.writeTag('while off too')];
  await a!.start();
  await fleet.converged({ isWanted: isThere(ids) });
});

test('[S0-18] what was written before a device ever ran is on the others once it does', async () => {
  const [a] = fleet.devices;
  const home = await initHome({ dir: join(fleet.folder.path, 'device-z'), name: 'device-z' });
  const [library] = await listLibraries(a!.home.paths);
  await addLibrary(home.paths, library!);
  const writer = await writerOf(home);
  const id = await writer.writeTag('before all');
  const device = await deviceProcess(home.paths.dir, fleet.ledger);
  onTestFinished(() => device.stop());
  await device.start();
  await until('the tag is on A', async () => isThere([id])(await fleet.dump(a!)));
  await fleet.converged({ devices: [...fleet.devices, device], isWanted: isThere([id]) });
});
