import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import { outputOf } from '../surroundings.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';
import type { LibraryStatus } from './status-table.ts';
import { watchStatus } from './watch-status.ts';

/** A status as far as the watch looks into it. */
function status(behind: number, lastHeard = ''): LibraryStatus {
  const [device, library] = [{ name: 'laptop', home: '/h' }, { name: 'photos' }];
  const log = { peers: [{ name: 'desktop', behind, ahead: 0, lastHeard }] };
  return {
    device,
    library,
    sync: { state: 'ready', behind },
    records: {},
    log,
    unreachable: [],
    problems: [],
  } as never;
}

const away = () => new ShoalError('unavailable', 'the device does not run');

/** Watches what is read one after the other, and ends then; what was written meanwhile. */
async function watch(
  reads: readonly (() => LibraryStatus[])[],
  options: { json?: boolean; isTTY?: boolean } = {},
) {
  const { surroundings, written } = testSurroundings({ isTTY: options.isTTY === true });
  const { promise: ending, resolve: end } = Promise.withResolvers<void>();
  let at = 0;
  await watchStatus({
    read: async () => {
      const next = reads[at]!;
      at += 1;
      if (at === reads.length) end();
      return next();
    },
    lines: ({ sync }) => [`behind ${sync?.behind}`],
    output: outputOf(surroundings, options),
    stdout: surroundings.stdout,
    ending,
    watchMs: 1,
  });
  return written.stdout;
}

test('without a terminal there is a block per change; that a peer was heard again is none', async () => {
  const reads = [() => [status(5)], () => [status(5, 'later')], () => [status(0)]];
  expect(await watch(reads)).toBe('behind 5\n\nbehind 0\n');
});

test('with --json there is a line per change, and one while the device does not answer', async () => {
  const gone = () => {
    throw away();
  };
  const lines = (await watch([() => [status(5)], gone, gone, () => [status(5)]], { json: true }))
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    [expect.objectContaining({ sync: { state: 'ready', behind: 5 } })],
    expect.objectContaining({ code: 'unavailable', message: 'the device does not run', exitCode: 8 }),
    [expect.anything()],
  ]);
});

test('on a terminal the table is drawn in place at each look', async () => {
  const shown = await watch([() => [status(5)], () => [status(0)]], { isTTY: true });
  expect(shown.split('laptop')).toHaveLength(3);
  expect(shown).toContain('\u001b[7A\r');
});

test('a device that does not answer at first is a failure', async () => {
  const read = () => {
    throw away();
  };
  await expect(watch([read])).rejects.toMatchObject({ code: 'unavailable' });
});
