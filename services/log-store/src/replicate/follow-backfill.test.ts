import { memoryNetwork } from '@shoal/bus';
import { expect, test } from 'vitest';
import { deviceA, deviceB } from '../testing/make-entry.ts';
import { openMemoryPeer } from '../testing/memory-peer.ts';

const within = { timeout: 30_000, interval: 10 };
const pages = 8;

/**
 * The hazard: a log-store that ends in the middle of a first fill begins again from nothing. A peer that compacted
 * makes it worse: its stream has a hole at the start, so the vector that a new round shows claims nothing of what is
 * stored. The method: such a peer, a cut at a given page, a restart, and a count of the pages that are asked for.
 */
test('[ING-4] [REP-2] [S3-24] a first fill that a restart cuts off goes on at the page where it was', async () => {
  const network = memoryNetwork();
  const a = openMemoryPeer(network, deviceA);
  // Two changes of one record: the first goes, and leaves the hole.
  a.append({ record: 1, at: 1, domain: 'index' });
  for (let page = 0; page < pages; page += 1) {
    const first = 2 + page * 1_000;
    a.append(...Array.from({ length: 1_000 }, (_, at) => ({ record: first + at, at: first + at })));
  }
  a.append({ record: 1, at: 1_000_000, domain: 'index' });
  const before = a.status().entries;
  await expect
    .poll(() => {
      a.acknowledge();
      return a.status().entries;
    }, within)
    .toBe(before - 1);

  let asked = 0;
  const b = openMemoryPeer(network, deviceB, Math.random, {
    onAsk: () => {
      asked += 1;
      if (asked === 5) b.cut();
    },
  });
  await expect.poll(() => asked, within).toBe(5);
  // The fifth was asked for while the fourth was being stored.
  await expect
    .poll(() => b.status().backfill, within)
    .toMatchObject({ state: 'running', entries: 4_000, ofSeq: a.status().headSeq });
  const { atSeq } = b.status().backfill!;
  expect(atSeq).toBeGreaterThanOrEqual(4_000);
  await b.restart();
  expect(b.status().backfill).toMatchObject({ state: 'running', entries: 4_000, atSeq });
  await expect.poll(() => b.status().backfill?.state, within).toBe('done');
  expect(b.contents()).toEqual(a.contents());
  // The page that was lost under way, and those that were still to come; none of those that were stored.
  expect(asked).toBeLessThanOrEqual(pages + 3);
  expect(b.status()).toMatchObject({ behind: 0, backfill: { entries: a.status().entries } });
});
