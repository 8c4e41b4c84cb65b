import { fromJson, MutationKind, uuidToBytes } from '@shoal/client';
import { limits } from '@shoal/core';
import { uuidV7 } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, runShoal, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The states of sync on real processes: what a person sees of them, pauses and resumes, and what a kill leaves. */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ hasCrashPoints: true });
  await fleet.converged();
});
afterAll(() => fleet?.close());

const patience = { timeout: 240_000 };

/** Writes so many tags. */
async function write(device: DeviceProcess, count: number): Promise<void> {
  const gateway = await device.gateway();
  const mutations = Array.from({ length: count }, () => {
    const id = uuidV7(Date.now());
    const fields = fromJson({ canonical_name: id });
    return {
      kind: MutationKind.MUTATION_KIND_PUT,
      model: 'tag',
      recordId: uuidToBytes(id),
      fields,
      seen: [],
    };
  });
  await gateway.write({ libraryId: fleet.libraryId, mutations });
}

const statusOf = async (device: DeviceProcess) =>
  (await device.gateway()).getStatus({ libraryId: fleet.libraryId });

const until60 = (what: string, isSo: () => Promise<boolean>) => until(what, isSo, { deadlineMs: 60_000 });
const soonIn = (device: DeviceProcess, state: string) =>
  until60(`the library is ${state}`, async () => (await statusOf(device)).sync?.state === state);

async function shoal(device: DeviceProcess, ...args: string[]) {
  const all = [...args, '--json', '--home', device.home.paths.dir];
  const { code, stdout, stderr } = await runShoal(all, { ledger: fleet.ledger });
  if (code !== 0) throw new Error(`shoal ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

test(
  '[ING-4] a paused library takes in and applies nothing, also after a restart, and tells what is written',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    await Promise.all([soonIn(a, 'ready'), soonIn(b, 'ready')]);
    expect(await shoal(b, 'library', 'pause')).toMatchObject({ paused: true, pending: [] });
    const before = await fleet.dump(b);
    await write(a, 5);
    await until60('B knows what it lacks', async () => (await statusOf(b)).sync?.behind === 5);
    await write(b, 3);
    await until60('A has what B wrote', async () => (await fleet.dump(a)).length === before.length + 8);
    // Its own three are written, and wait in its log.
    const { sync, log } = await statusOf(b);
    expect(sync).toMatchObject({ state: 'paused', behind: 5, unapplied: 3 });
    expect(log?.throttled).toBe('paused');
    await b.stop();
    await b.start();
    await until60('B hears A again', async () => (await statusOf(b)).sync?.behind === 5);
    expect((await statusOf(b)).sync?.state).toBe('paused');
    expect(await fleet.dump(b)).toHaveLength(before.length + 3);
    expect(await shoal(b, 'library', 'resume')).toMatchObject({ paused: false, pending: [] });
    await fleet.converged({ isWanted: (lines) => lines.length === before.length + 8 });
    await soonIn(b, 'ready');
    const [status] = await shoal(b, 'status');
    expect(status.sync).toMatchObject({ state: 'ready', behind: 0, unapplied: 0, throttled: '' });
  },
);

test(
  '[S3-24] [ING-4] a job of catching up outlives its log-store, which is started again and goes on',
  patience,
  async () => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    await b.stop();
    const before = (await fleet.dump(a)).length;
    const count = limits.backfillMin + 1_000;
    for (let written = 0; written < count; written += limits.mutationsMax)
      await write(a, limits.mutationsMax);
    await until60('all is in the log of A', async () => (await statusOf(a)).capture?.outbox === 0);
    await b.crashPoints().arm('store.before-commit', 3);
    await b.start();
    await b.crashPoints().crash('store.before-commit');
    const crashedMs = Date.now();
    await fleet.converged({ isWanted: (lines) => lines.length === before + count, deadlineMs: 120_000 });
    await soonIn(b, 'ready');
    const { log } = await statusOf(b);
    expect(log?.backfill).toMatchObject({ state: 'done' });
    // It is the job that began before the crash, and its sum counts what came then.
    expect(log!.backfill!.startedMs).toBeLessThan(crashedMs);
    expect(log!.backfill!.entries).toBeGreaterThanOrEqual(count);
  },
);
