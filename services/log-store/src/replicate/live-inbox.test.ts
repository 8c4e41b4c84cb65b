import { limits, type Vector } from '@shoal/core';
import { entryToWire, type PositionedEntry } from '@shoal/proto';
import { describe, expect, it } from 'vitest';
import { deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';
import { planLiveMessages } from './live.ts';
import { openLiveInbox } from './live-inbox.ts';

const within = { timeout: 20_000, interval: 1 };
const theirGroup = (count: number, payloadBytes = 32) =>
  openTempLog(undefined, deviceB).append(
    Array.from({ length: count }, (_, at) =>
      makeEntry({ record: at, at: at + 1, device: deviceB, payloadBytes }),
    ),
  );
const message = (...entries: readonly PositionedEntry[]) => ({
  entries: entries.map((entry) => entryToWire(entry, entry.position)),
});
const openInbox = () => {
  const log = openTempLog();
  const gaps: Vector[] = [];
  const failures: unknown[] = [];
  let transactions = 0;
  const inbox = openLiveInbox({
    isThrottled: () => false,
    log,
    onStored: () => {
      transactions += 1;
    },
    onGap: (_, missing) => gaps.push(missing),
    onFailed: (error) => failures.push(error),
  });
  return { log, inbox, gaps, failures, transactions: () => transactions };
};

describe('live inbox', () => {
  it('[REP-3] messages that are there together are stored in one transaction', async () => {
    const group = theirGroup(5);
    const { log, inbox, transactions } = openInbox();
    for (const entry of group) inbox.add(deviceB, message(entry));
    await expect.poll(() => log.count, within).toBe(5);
    expect(transactions()).toBe(1);
  });

  it('[REP-3] doubled messages are ignored, and a gap is told with what lies behind it', async () => {
    const [one, two, , four] = theirGroup(4) as [
      PositionedEntry,
      PositionedEntry,
      PositionedEntry,
      PositionedEntry,
    ];
    const { log, inbox, gaps } = openInbox();
    inbox.add(deviceB, message(one, two));
    inbox.add(deviceB, message(one, two));
    inbox.add(deviceB, message(four));
    await expect.poll(() => gaps, within).toEqual([new Map([[four.position.stream, 4]])]);
    expect(log.count).toBe(2);
  });

  it('[LOG-1] a damaged entry of a message costs only itself, and what follows it is a gap', async () => {
    const group = theirGroup(3);
    const { log, inbox, gaps, failures } = openInbox();
    const live = message(...group);
    live.entries[1] = { ...live.entries[1]!, header: Buffer.from('damaged') };
    inbox.add(deviceB, live);
    await expect.poll(() => gaps.length, within).toBe(1);
    expect(log.count).toBe(1);
    expect(failures).toEqual([]);
  });

  it('[ING-5] what waits is bounded', async () => {
    const group = theirGroup(limits.liveQueueMax + 10);
    const { log, inbox } = openInbox();
    for (const entry of group) inbox.add(deviceB, message(entry));
    await expect.poll(() => log.count, within).toBe(limits.liveQueueMax);
  });
});

describe('live messages', () => {
  it('[REP-3] a commit is told in order, in messages that the bus carries', () => {
    const group = theirGroup(10, 200 * 1024);
    const messages = planLiveMessages(group);
    expect(messages.flat()).toEqual(group.map((entry) => entryToWire(entry, entry.position)));
    for (const entries of messages) {
      const bytes = entries.reduce((sum, { sealed }) => sum + sealed.length, 0);
      expect(bytes).toBeLessThan(limits.messageBytesMax);
    }
    expect(messages.length).toBe(3);
    expect(planLiveMessages([])).toEqual([]);
  });
});
