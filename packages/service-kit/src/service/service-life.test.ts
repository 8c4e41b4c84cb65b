import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShoalError } from '@shoal/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initHome } from '../home/home.ts';
import { homePaths } from '../home/home-paths.ts';
import { readServiceRun } from '../home/run-file.ts';
import { serviceLife } from './service-life.ts';

let dir: string;
let told: string[];
const inHand = Promise.withResolvers<void>();
const isSaid = async () => (await readServiceRun(homePaths(dir), 'capture')) !== undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-life-'));
  told = [];
  await initHome({ dir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const life = () =>
  serviceLife(
    'capture',
    async () => {
      told.push('started');
      return { grpc: '127.0.0.1:1', stop: async () => void told.push('stopped') };
    },
    { home: dir },
  );

test('[S1-32] a service has a name, says whether it runs, and a second start is the first one', async () => {
  const service = life();
  expect([service.name, service.isRunning]).toEqual(['capture', false]);
  const [first, second] = await Promise.all([service.start(), service.start()]);
  expect(second).toBe(first);
  expect(await service.start()).toBe(first);
  expect([service.isRunning, told, await isSaid()]).toEqual([true, ['started'], true]);
  await Promise.all([service.stop(), service.stop()]);
  await service.stop();
  expect([service.isRunning, told, await isSaid()]).toEqual([false, ['started', 'stopped'], false]);
});

test('[S1-32] a service that was stopped can be started again, once what it had in hand is done', async () => {
  const service = serviceLife(
    'capture',
    async () => {
      told.push('started');
      return {
        grpc: '127.0.0.1:1',
        stop: async () => {
          await inHand.promise;
          told.push('finished');
        },
      };
    },
    { home: dir },
  );
  await service.start();
  const stopped = service.stop();
  const again = service.start();
  expect(service.isRunning).toBe(false);
  inHand.resolve();
  await Promise.all([stopped, again]);
  expect([service.isRunning, told]).toEqual([true, ['started', 'finished', 'started']]);
  await service.stop();
});

test('[S1-32] a stop that comes while a service starts waits for it; a start that failed may be tried again', async () => {
  const service = life();
  const started = service.start();
  await service.stop();
  await started;
  expect([service.isRunning, told]).toEqual([false, ['started', 'stopped']]);

  let isDown = true;
  const failing = serviceLife(
    'capture',
    async () => {
      if (isDown) throw new ShoalError('unavailable', 'no nats-server');
      return { stop: async () => undefined };
    },
    { home: dir },
  );
  await expect(failing.start()).rejects.toMatchObject({ code: 'unavailable' });
  await failing.stop();
  isDown = false;
  await failing.start();
  expect(failing.isRunning).toBe(true);
  await failing.stop();
});
