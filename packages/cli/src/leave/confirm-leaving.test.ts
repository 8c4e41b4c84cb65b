import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { testSurroundings } from '../testing/test-surroundings.ts';
import { confirmLeaving } from './confirm-leaving.ts';

/** Somebody at a terminal who types this, and then leaves it. */
function confirm(typed: string, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  stdin.end(typed);
  const { surroundings } = testSurroundings({ stdin });
  return confirmLeaving('photos', surroundings);
}

test('a library is left by typing its name, and by nothing else', async () => {
  await expect(confirm('photos\n')).resolves.toBeUndefined();
  await expect(confirm('y\n')).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(confirm('')).rejects.toMatchObject({ code: 'interrupted' });
});

test('where nobody can type, --yes has to be said', async () => {
  await expect(confirm('photos\n', false)).rejects.toMatchObject({
    code: 'invalid-argument',
    subject: { field: 'yes' },
  });
});
