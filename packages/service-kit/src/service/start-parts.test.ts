import { expect, it } from 'vitest';
import { startParts } from './start-parts.ts';

it('stops parts in reverse, once', async () => {
  const stopped: string[] = [];
  const { name, stop } = await startParts(async (own) => {
    own(() => stopped.push('first'));
    own(async () => stopped.push('second'));
    return { name: 'service' };
  });
  expect(name).toBe('service');
  await stop();
  await stop();
  expect(stopped).toEqual(['second', 'first']);
});

it('stops what was started when a later part fails, and throws its error', async () => {
  const stopped: string[] = [];
  const starting = startParts(async (own) => {
    own(() => stopped.push('first'));
    throw new Error('no port');
  });
  await expect(starting).rejects.toThrow('no port');
  expect(stopped).toEqual(['first']);
});
