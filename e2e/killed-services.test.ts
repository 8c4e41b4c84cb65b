import { ShoalError } from '@shoal/core';
import type { ServiceName } from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTag } from './write-tag.ts';

/**
 * The hazard: a service dies with something in hand, and what it had acknowledged is gone, or what it had done is
 * done twice (ING-2: a phantom, never a hole; ING-1: exactly-once effect). The method: both devices write tags without
 * pause, each named by a number; one process is killed in the middle; in the end both hold exactly the names whose
 * write was acknowledged, each once, and those whose answer was lost at most once.
 */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.close());

const programs: readonly (ServiceName | 'nats')[] = ['capture', 'log-store', 'ingest', 'gateway', 'nats'];

test.each(programs)(
  '[ING-2] %s, killed during traffic, is started again; nothing is lost, nothing is there twice',
  async (program) => {
    const [a, b] = fleet.devices;
    const traffics = [startTraffic(a!, `${program}-a`), startTraffic(b!, `${program}-b`)];
    const enough = (count: number) =>
      until(`${count} more tags`, () => traffics.every(({ acknowledged }) => acknowledged.size >= count));
    await enough(20);
    const killed = await a!.pidOf(program);
    process.kill(killed, 'SIGKILL');
    await until('it runs again', async () => (await a!.pidOf(program)) !== killed);
    await enough(60);
    await Promise.all(traffics.map((traffic) => traffic.stop()));

    const acknowledged = traffics.flatMap((traffic) => [...traffic.acknowledged]);
    const unknown = new Set(traffics.flatMap((traffic) => [...traffic.unknown]));
    const lines = await fleet.converged({
      isWanted: (all) => acknowledged.every((name) => all.some((line) => line.includes(`"${name}"`))),
    });
    const names = lines
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ model, canonical_name: name }) => model === 'tag' && String(name).startsWith(`${program}-`))
      .map(({ canonical_name: name }) => String(name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !unknown.has(name)).sort()).toEqual([...acknowledged].sort());
  },
);

interface Traffic {
  /** Names of tags whose write was answered. */
  readonly acknowledged: ReadonlySet<string>;
  /** Names of tags whose answer was lost: written or not. */
  readonly unknown: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Writes one tag after the other, through whatever gateway listens. */
function startTraffic(device: DeviceProcess, prefix: string): Traffic {
  const acknowledged = new Set<string>();
  const unknown = new Set<string>();
  let isStopping = false;
  const write = async (name: string) => {
    try {
      const gateway = await device.gateway();
      const fields = { canonical_name: name };
      // Short: a request that a killed service had in hand is never answered.
      await writeTag(gateway, { libraryId: fleet.libraryId, fields, timeoutMs: 2_000 });
      acknowledged.add(name);
    } catch (error) {
      // While a service restarts; anything else is a failure of the test.
      if (error instanceof ShoalError && !error.retryable) throw error;
      unknown.add(name);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const running = (async () => {
    for (let number = 0; !isStopping; number += 1) await write(`${prefix}-${number}`);
  })();
  return {
    acknowledged,
    unknown,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
