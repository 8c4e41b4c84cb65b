import { type DeviceId, limits, type refKey } from '@shoal/core';
import { checkAgreedSchemas } from './checks/agreed-schemas.ts';
import {
  checkApplied,
  checkClaims,
  checkGroupOrder,
  checkJoin,
  checkPaused,
  checkServed,
  checkStates,
  checkTakenOnce,
  checkView,
} from './checks/always.ts';
import { checkCascade } from './checks/cascade.ts';
import { createLedger, type Ledger } from './checks/ledger.ts';
import { checkWholeGroups } from './checks/whole-groups.ts';
import { placeKey } from './data/entry.ts';
import { commits } from './device/commits.ts';
import { createDevice, type Device, type Role } from './device/device.ts';
import type { Surroundings, Watcher } from './device/surroundings.ts';
import { createNetwork, type Network } from './network.ts';
import type { Parts } from './parts.ts';
import type { HistoryLine } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { createRandom } from './time/random.ts';
import { createScheduler, type Scheduler } from './time/scheduler.ts';
import { firstWrites, type Loaded } from './workload.ts';

/** The devices of one history, the network between them, and the checkers that look on. */
export interface Fleet {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly devices: readonly Device[];
  readonly ledger: Ledger;
  /** What people on each device read some time ago. */
  readonly loaded: readonly Loaded[];
  /** Whether people write sheets, too. */
  readonly hasSheets: boolean;
  /** Whether they put things together, and say things of them. */
  readonly hasItems: boolean;
  /** Whether they keep rows to themselves, and force what is there into the log once more. */
  readonly hasGates: boolean;
  /** Whether they claim what changes hands, and write it. */
  readonly hasVolumes: boolean;
  readonly tally: { writes: number; refused: number; decided: number };
  tell(device: number | null, text: () => string): void;
  /** Checks what transactions touched since the last time (the *always* checkers). */
  checkDirty(): void;
  /** Checks everything on every device. */
  checkAll(): void;
  /** Heals the network, thaws the clocks, starts what is down; only full disks stay as they are. */
  endFaults(): void;
  /** Whether they have ended. */
  areFaultsOver(): boolean;
  /** There is room on every disk again. */
  freeDisks(): void;
  addDevice(): void;
}

/** The view is compared with the oracle after so many transactions of a library; each costs a look at all records. */
const viewEvery = 5;

export function openFleet(
  scenario: Scenario,
  parts: Parts,
  onLine: ((line: HistoryLine) => void) | undefined,
): Fleet {
  const random = createRandom(`${scenario.seed}/run`);
  const scheduler = createScheduler();
  const ledger = createLedger();
  const devices: Device[] = [];
  const loaded: Loaded[] = [];
  const commitsByDevice = new Map<DeviceId, number>();
  const givenUpByDevice = new Map<DeviceId, number>();
  const askedByDevice = new Map<DeviceId, Set<string>>();
  let areFaultsOver = false;
  const dirtyLogs = new Set<DeviceId>();
  const network = createNetwork({
    scheduler,
    random: random.fork('network'),
    noise: scenario.noise,
    devices,
    isApart: scenario.isApart ?? false,
  });
  const deviceOf = (id: DeviceId) => devices.find((device) => device.id === id)!;

  function tell(device: number | null, text: () => string): void {
    onLine?.({ atMs: scheduler.nowMs, device, text: text() });
  }

  const watcher: Watcher = {
    told: (id, line) => tell(deviceOf(id).index, line),
    appended(id, entries) {
      checkGroupOrder(entries);
      checkTakenOnce(entries, ledger);
      ledger.addEntries(entries);
      tell(
        deviceOf(id).index,
        () => `appends ${entries.map(({ ref, originSeq }) => `${originSeq}:${nameOf(ref)}`).join(' ')}`,
      );
    },
    read: (id, fromSeq, nextSeq) =>
      checkWholeGroups(deviceOf(id), {
        fromSeq,
        nextSeq,
        givenUpSeq: givenUpByDevice.get(id) ?? 0,
        asked: askedByDevice.get(id) ?? new Set(),
        ledger,
      }),
    asked(id, entries) {
      const places = askedByDevice.get(id) ?? new Set<string>();
      for (const entry of entries) places.add(placeKey(entry));
      askedByDevice.set(id, places);
    },
    takesIn: (id) => checkPaused(deviceOf(id)),
    served: (id, have) => checkServed(deviceOf(id), have, ledger),
    gaveUpGroups: (id, throughSeq) => void givenUpByDevice.set(id, throughSeq),
    captures(id, plan) {
      checkCascade(deviceOf(id), plan);
      checkAgreedSchemas(deviceOf(id), plan);
    },
    libraryCommitted(id, commit) {
      ledger.addWrites(commit.made ?? []);
      checkStates(ledger, commit);
      if (commit.plan === undefined) return;
      const commits = (commitsByDevice.get(id) ?? 0) + 1;
      commitsByDevice.set(id, commits);
      if (commits % viewEvery === 0) checkView(deviceOf(id));
      if (commit.made === undefined)
        tell(deviceOf(id).index, () => `applies up to ${commit.cursor?.appliedSeq}`);
    },
    logCommitted: (id) => void dirtyLogs.add(id),
  };

  function checkDirty(): void {
    for (const id of dirtyLogs) {
      checkClaims(deviceOf(id), ledger);
      checkApplied(deviceOf(id), ledger);
    }
    dirtyLogs.clear();
  }

  const checkedParts: Parts = {
    ...parts,
    planApply(registry, reader, changes) {
      for (const { ref, open } of changes) {
        const here = reader.record(ref);
        const incoming = here === undefined ? null : openedOrNull(open);
        if (here !== undefined && incoming !== null) checkJoin(here.state, incoming);
      }
      return parts.planApply(registry, reader, changes);
    },
  };
  const checkedScheduler: Scheduler = {
    get nowMs() {
      return scheduler.nowMs;
    },
    after: scheduler.after,
    step(untilMs) {
      const hasRun = scheduler.step(untilMs);
      if (dirtyLogs.size > 0) checkDirty();
      return hasRun;
    },
  };

  function addDevice(role: Role): void {
    const index = devices.length;
    const { pageEntries, groupEntries, unappliedMax = limits.unappliedMax } = scenario;
    const surroundings: Surroundings = {
      scheduler,
      random: random.fork(`device ${index}`),
      parts: checkedParts,
      watcher,
      sizes: { pageEntries, groupEntries, unappliedMax },
    };
    devices.push(createDevice({ index, role }, surroundings, network.channelOf));
    loaded.push(new Map());
    if (scenario.hasUpgrades && areFaultsOver) devices[index]!.upgrade();
    for (const service of devices[index]!.services) devices[index]!.start(service);
  }

  for (let index = 0; index < scenario.devices; index++) addDevice('member');
  for (let hub = 0; hub < (scenario.hubs ?? 0); hub++) addDevice('hub');
  for (const device of devices) {
    for (const write of firstWrites(device, scenario.hasUpgrades === true)) device.capture()?.write([write]);
  }

  return {
    scheduler: checkedScheduler,
    network,
    devices,
    ledger,
    loaded,
    hasSheets: scenario.hasSheets === true,
    hasItems: scenario.hasItems === true,
    hasGates: scenario.hasGates === true,
    hasVolumes: scenario.hasVolumes === true,
    tally: { writes: 0, refused: 0, decided: 0 },
    tell,
    checkDirty,
    checkAll() {
      for (const device of devices) {
        checkView(device);
        checkClaims(device, ledger);
        checkApplied(device, ledger);
      }
    },
    areFaultsOver: () => areFaultsOver,
    endFaults() {
      areFaultsOver = true;
      tell(null, () => 'the faults end');
      network.calm();
      for (const device of devices) {
        device.wall.thaw();
        device.pressure.isPaused = false;
        commits(() => void device.log.setAsideDamaged());
        for (const service of device.services) if (!device.isRunning(service)) device.start(service);
        if (scenario.hasUpgrades) device.upgrade();
      }
    },
    freeDisks() {
      for (const { pressure, logStore } of devices) {
        pressure.isDiskFull = false;
        logStore()?.exchange.weigh();
      }
    },
    addDevice() {
      tell(null, () => 'a fresh device joins');
      addDevice('member');
    },
  };
}

/** A record in a drawing: its model and number. */
export function nameOf(ref: Parameters<typeof refKey>[0]): string {
  return `${ref.model}${Number.parseInt(ref.id.slice(24), 16)}`;
}

function openedOrNull<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null;
  }
}
