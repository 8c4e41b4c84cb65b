import { type AskFor, type DeviceId, noAsks, type RecordRef, stepAsks, type Wanted } from '@shoal/core';
import { placeKey, type ReceivedEntry } from '../data/entry.ts';
import type { LogFile } from '../data/log-file.ts';
import type { Life } from '../time/life.ts';
import type { Timer } from '../time/scheduler.ts';
import { committed } from './commits.ts';
import type { Channel } from './log-store-process.ts';
import type { Surroundings } from './surroundings.ts';

/** Searches at the other devices for records that this one lacks: a shell around core's searches (DEP-4). */
export function startAsker(options: {
  readonly surroundings: Surroundings;
  readonly device: DeviceId;
  readonly file: LogFile;
  readonly life: Life;
  readonly channel: Channel;
  readonly peers: () => readonly DeviceId[];
  readonly onReadable: () => void;
}): { want(wanted: readonly Wanted[]): void } {
  const { surroundings, device: self, file, life, channel, peers, onReadable } = options;
  const { scheduler, watcher, parts } = surroundings;
  // Of its own, so that what else happens does not hang on who asks.
  const random = surroundings.random.fork('asks');
  const underWay = new Set<DeviceId>();
  let asks = noAsks;
  let timer: Timer | undefined;

  const moment = () => ({ nowMs: scheduler.nowMs, random: random.next() });

  function look(): void {
    const plan = parts.planAsks(
      asks,
      peers().filter((device) => !underWay.has(device)),
      moment(),
    );
    asks = plan.asks;
    for (const each of plan.askFor) ask(each);
    timer?.cancel();
    if (plan.wakeAtMs !== null) timer = life.after(Math.max(1, plan.wakeAtMs - scheduler.nowMs), look);
  }

  function ask({ device, refs }: AskFor): void {
    underWay.add(device);
    channel.fetch(device, refs, life, {
      done: (entries) => take(device, entries),
      failed: () => {
        underWay.delete(device);
        asks = stepAsks(asks, { kind: 'failed', device }, moment());
        look();
      },
    });
  }

  function take(device: DeviceId, received: readonly ReceivedEntry[]): void {
    const entries = received.filter((entry) => entry !== null);
    const places = new Set([...file.content.rows.values()].map(({ place }) => place));
    watcher.asked(
      self,
      entries.filter((entry) => !places.has(placeKey(entry))),
    );
    const stored = committed(() => file.storeAsked(entries));
    if (!life.isAlive) return;
    underWay.delete(device);
    const named: RecordRef[] = stored === null ? [] : entries.map(({ ref }) => ref);
    asks = stepAsks(asks, { kind: 'answered', device, named, isFull: false }, moment());
    if (stored !== null && stored > 0) {
      watcher.told(self, () => `${stored} entries of missing records from ${device.slice(-1)}`);
      onReadable();
    }
    look();
  }

  return {
    want(wanted) {
      asks = stepAsks(asks, { kind: 'wanted', wanted }, moment());
      look();
    },
  };
}
