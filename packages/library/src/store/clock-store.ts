import { type Clock, type DeviceId, type Dot, dotDevice, dotHlc, hlcMs, receiveHlc } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** A device whose clock runs ahead of ours, with both clocks (CLK-4). */
export interface Drift {
  readonly device: DeviceId;
  readonly theirMs: number;
  readonly ourMs: number;
}

/** The persisted clock; read and moved inside the write lock only (CLK-2). */
export interface ClockStore {
  read(): Clock;
  write(clock: Clock): void;
  /** Moves the clock up to received dots; those too far ahead are returned instead (CLK-4). */
  receive(dots: Iterable<Dot>, wallMs: number): Drift[];
}

/** Prepares the statements on `db`. */
export function clockStore(db: Sqlite): ClockStore {
  const select = db.prepare<[], Clock>('select ms, counter from shoal_clock where id = 1');
  const update = db.prepare<[number, number]>('update shoal_clock set ms = ?, counter = ? where id = 1');
  const store: ClockStore = {
    read: () => select.get()!,
    write: ({ ms, counter }) => void update.run(ms, counter),
    receive(dots, wallMs) {
      const before = store.read();
      const driftByDevice = new Map<DeviceId, Drift>();
      let clock = before;
      for (const dot of dots) {
        const received = receiveHlc(clock, dotHlc(dot), wallMs);
        clock = received.clock;
        if (received.kind === 'taken') continue;
        const device = dotDevice(dot);
        driftByDevice.set(device, { device, theirMs: hlcMs(dotHlc(dot)), ourMs: wallMs });
      }
      if (clock !== before) store.write(clock);
      return [...driftByDevice.values()];
    },
  };
  return store;
}
