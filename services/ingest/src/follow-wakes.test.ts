import type { LibraryId, StreamId } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import { registry } from '@shoal/models';
import { lifeFromBytes, ReadReply } from '@shoal/proto';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { type FollowedLibrary, type FollowedLog, type Follower, startFollower } from './follow.ts';

const hourMs = 3_600_000;
const within = { timeout: 15_000, interval: 5 };

/** A follower of a log that grows when it is told to; what is superseded stands for its entries. */
function followGrowingLog(options: {
  readonly pollMs: number;
  readonly isPaused?: boolean;
  /** As long as the log is at first. */
  readonly headSeq?: number;
  readonly pageMax?: number;
  readonly onApply?: (appliedSeq: number) => void;
  /** Whether others wait for a record that nobody has heard of. */
  readonly isMissing?: () => boolean;
  /** Up to where the library shipped the log itself, and in which life of the log-store. */
  readonly shipped?: () => { readonly toSeq: number; readonly life: StreamId };
}) {
  let headSeq = options.headSeq ?? 0;
  let appliedSeq = 0;
  let reads = 0;
  let life = Buffer.alloc(24);
  const asked: number[] = [];
  const library: FollowedLibrary = {
    options: { libraryId: '018f0000-0000-7000-8000-0000000000aa' as LibraryId } as Library['options'],
    cursor: { read: () => undefined } as unknown as Library['cursor'],
    apply: async (_, next: Cursor) => {
      appliedSeq = next.appliedSeq;
      options.onApply?.(appliedSeq);
      return { quarantined: [], drifts: [], hidden: [], journal: [] } as unknown as Awaited<
        ReturnType<Library['apply']>
      >;
    },
    registry,
    shippedAfter: ({ logId, appliedSeq }) => {
      const shipped = options.shipped?.();
      const isBehind = shipped === undefined || shipped.toSeq <= appliedSeq;
      return isBehind ? undefined : { ...shipped, logId, fromSeq: 1 };
    },
    quarantine: () => Promise.reject(new Error('nothing to set aside')),
    exceptions: { between: () => [] },
    sweepExceptions: async () => undefined,
    logMemory: {
      sightings: () => [],
      lastAppend: () => null,
      lastRead: () => null,
      wholeLogId: () => 'log',
      knowsNoOther: () => true,
    } as never,
    readRecords: () => ({ entries: [], last: null, hasLeftOut: false }),
    setWholeLog: async () => undefined,
    // Whether there is one is asked for one, what is asked of others for many.
    missingRecords: (_, limit) =>
      (limit === 1 && options.isMissing?.() ? [{}] : []) as unknown as ReturnType<Library['missingRecords']>,
    quarantined: { count: () => 0, waiting: () => [], due: () => [] },
    retryQuarantined: () => Promise.reject(new Error('nothing to try again')),
    discardQuarantined: () => Promise.reject(new Error('nothing to discard')),
    readLeftOut: async () => undefined,
  };
  const logStore: FollowedLog = {
    read: async ({ fromSeq = 1 }) => {
      reads += 1;
      asked.push(fromSeq);
      const nextSeq = Math.max(fromSeq, Math.min(headSeq, fromSeq - 1 + (options.pageMax ?? headSeq)) + 1);
      return { ...ReadReply.decode(Buffer.alloc(0)), logId: 'log', headSeq, nextSeq, life };
    },
    recognise: async () => ({ logId: 'log', life, settling: false }),
    acknowledge: async () => ({}),
    append: () => Promise.reject(new Error('nothing to append')),
    ask: () => Promise.reject(new Error('nothing to ask for')),
  };
  const follower: Follower = startFollower({ library, logStore, log: silentLog(), ...options });
  onTestFinished(() => follower.stop());
  return {
    follower,
    grow: () => {
      headSeq += 1;
      return headSeq;
    },
    appliedSeq: () => appliedSeq,
    reads: () => reads,
    asked,
    /** The log-store starts anew. */
    beginLife: (byte: number) => {
      life = Buffer.alloc(24, byte);
    },
  };
}

test('[S1-40] a hint that was lost between log-store and ingest is found by the poll', async () => {
  const { follower, grow, appliedSeq } = followGrowingLog({ pollMs: 20 });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  for (let turn = 0; turn < 3; turn += 1) await expect.poll(appliedSeq, within).toBe(grow());
});

test('[S1-35] a hint of the device wakes ingest at once, however seldom it looks by itself', async () => {
  const { follower, grow, appliedSeq } = followGrowingLog({ pollMs: hourMs });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  for (let turn = 0; turn < 3; turn += 1) {
    const headSeq = grow();
    follower.signal();
    await expect.poll(appliedSeq, within).toBe(headSeq);
  }
});

test('[ING-4] a follower says how far it is, and while it is paused neither asks nor applies', async () => {
  const { follower, grow, appliedSeq, reads } = followGrowingLog({ pollMs: 5, isPaused: true });
  expect(follower.state().state).toBe('paused');
  const headSeq = grow();
  follower.signal();
  follower.setPaused(false);
  await expect.poll(appliedSeq, within).toBe(headSeq);
  await expect.poll(() => follower.state(), within).toMatchObject({ state: 'ready', headSeq });
  follower.setPaused(true);
  expect(follower.state().state).toBe('paused');
  const before = reads();
  grow();
  // Stops only when what is in hand is done; nothing may have begun since.
  await follower.stop();
  expect(reads() - before).toBeLessThanOrEqual(1);
  expect(appliedSeq()).toBe(headSeq);
});

test('[S1-35] a hint that comes while a page read ahead is under way is not lost', async () => {
  // The hazard: the page ahead was read before the log grew, and the hint is spent by the turn that applies it.
  const { follower, grow, appliedSeq } = followGrowingLog({
    pollMs: hourMs,
    headSeq: 2,
    pageMax: 1,
    onApply(seq) {
      if (seq !== 1) return;
      grow();
      follower.signal();
    },
  });
  await expect.poll(appliedSeq, within).toBe(3);
});

test('[MRG-2] what the library shipped itself is passed over unread, in one step with what lies behind it', async () => {
  const life = lifeFromBytes<StreamId>(Buffer.alloc(24), 'life');
  let toSeq = 0;
  const { follower, grow, appliedSeq, asked } = followGrowingLog({
    pollMs: hourMs,
    headSeq: 2,
    shipped: () => ({ toSeq, life }),
  });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  expect(appliedSeq()).toBe(2);
  for (let count = 0; count < 5; count += 1) grow();
  toSeq = 6;
  follower.signal();
  await expect.poll(appliedSeq, within).toBe(7);
  expect(asked.at(-1)).toBe(7);
  await expect
    .poll(() => follower.state(), within)
    .toMatchObject({ cursor: { appliedSeq: 7, appliedEntries: 4 } });
});

test('[REP-6] of a log-store that started anew everything is read, whatever was shipped to the one before', async () => {
  // The hazard: a log put back from a copy gives the same seqs to what others wrote, before anybody noticed.
  const life = lifeFromBytes<StreamId>(Buffer.alloc(24), 'life');
  let toSeq = 0;
  const { follower, grow, appliedSeq, asked, beginLife } = followGrowingLog({
    pollMs: hourMs,
    headSeq: 2,
    shipped: () => ({ toSeq, life }),
  });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  for (let count = 0; count < 3; count += 1) grow();
  toSeq = 5;
  beginLife(1);
  follower.signal();
  await expect.poll(appliedSeq, within).toBe(5);
  expect(asked).toContain(3);
});

test('[S1-35] what the device appended itself is passed over a little later, without a poll', async () => {
  const { follower, grow, appliedSeq } = followGrowingLog({ pollMs: hourMs });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  const headSeq = grow();
  follower.signalSoon();
  follower.signalSoon();
  expect(appliedSeq()).toBe(0);
  await expect.poll(appliedSeq, within).toBe(headSeq);
});

test('[S1-40] while a record is missing ingest looks every second or so, however seldom it does else', async () => {
  const { follower, reads } = followGrowingLog({ pollMs: hourMs, isMissing: () => true });
  await expect.poll(() => follower.state().state, within).toBe('ready');
  const before = reads();
  await expect.poll(reads, within).toBeGreaterThan(before + 1);
  expect(follower.failure()).toBeNull();
});
