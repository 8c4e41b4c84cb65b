import { type DeviceId, limits } from '@shoal/core';
import type { ReceivedEntry } from './data/entry.ts';
import { committed } from './device/commits.ts';
import type { Device } from './device/device.ts';
import type { Channel, LogStoreProcess } from './device/log-store-process.ts';
import type { Life } from './time/life.ts';
import type { Random } from './time/random.ts';
import type { Scheduler } from './time/scheduler.ts';

/** What the network does to messages while it is noisy; shares of 1. */
export interface Noise {
  readonly loss: number;
  readonly duplicate: number;
  /** Of single entries: their bytes do not parse where they arrive. */
  readonly damage: number;
  /** The slowest message; different delays are what reorders them. */
  readonly delayMsMax: number;
}

/** Between the log-stores of a fleet: loses, doubles, reorders, delays, damages and cuts. */
export interface Network {
  channelOf(from: number): Channel;
  /** Takes away, or gives back, the way from one device to another; cuts add up. */
  cut(from: number, to: number, by: 1 | -1): void;
  /** From here on every message arrives, once, and soon; nothing is cut. */
  calm(): void;
}

/** No message takes longer than this on a calm network. */
const calmDelayMs = 3;

export function createNetwork(options: {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly noise: Noise;
  readonly devices: readonly Device[];
  /** Members never reach each other, only hubs. */
  readonly isApart: boolean;
}): Network {
  const { scheduler, random, devices } = options;
  const cuts = new Map<string, number>();
  let noise = options.noise;

  function send(from: number, to: number, deliver: () => void): void {
    if (options.isApart && devices[from]!.role === 'member' && devices[to]!.role === 'member') return;
    const isLost = random.chance(noise.loss) || (cuts.get(`${from}>${to}`) ?? 0) > 0;
    if (isLost) return;
    const copies = random.chance(noise.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) scheduler.after(1 + random.below(noise.delayMsMax), deliver);
  }

  const damaged = (entries: readonly ReceivedEntry[]) =>
    entries.map((entry) => (random.chance(noise.damage) ? null : entry));

  function channelOf(from: number): Channel {
    const self = devices[from]!;
    const broadcast = (deliver: (to: Device) => void) => {
      for (const to of devices) if (to !== self) send(from, to.index, () => deliver(to));
    };
    /** Asks a log-store; the answer is what `serve` makes of it, or `failed`, once, if the caller still lives. */
    function ask(
      device: DeviceId,
      life: Life,
      failed: () => void,
      serve: (server: LogStoreProcess) => () => void,
    ): void {
      if (!life.isAlive) return;
      const to = devices.find(({ id }) => id === device)!;
      let isSettled = false;
      const settle = (answer: () => void) => {
        if (isSettled || !life.isAlive) return;
        isSettled = true;
        answer();
      };
      scheduler.after(limits.requestMs, () => settle(failed));
      send(from, to.index, () => {
        const server = to.logStore();
        // Null also where the server's disk fails it: what it reads may have to be set aside (LOG-1).
        const answer = server === null ? null : committed(() => serve(server));
        send(to.index, from, () => settle(answer ?? failed));
      });
    }

    return {
      publishLive: (entries) =>
        broadcast((to) => to.logStore()?.exchange.hearLive(self.id, damaged(entries))),
      publishHeartbeat: (beat) => broadcast((to) => to.logStore()?.exchange.hearHeartbeat(self.id, beat)),
      pull: (device, request, life, { done, failed }) =>
        ask(device, life, failed, (server) => {
          const { page, entries } = server.pull(request);
          return () => done({ page, entries: damaged(entries) });
        }),
      fetch: (device, refs, life, { done, failed }) =>
        ask(device, life, failed, (server) => {
          const entries = server.fetch(refs);
          return () => done(damaged(entries));
        }),
    };
  }

  return {
    channelOf,
    cut(from, to, by) {
      const key = `${from}>${to}`;
      cuts.set(key, (cuts.get(key) ?? 0) + by);
    },
    calm() {
      noise = { loss: 0, duplicate: 0, damage: 0, delayMsMax: calmDelayMs };
      cuts.clear();
      for (const device of devices) device.logStore()?.exchange.connected();
    },
  };
}
