import { covers, type RecordWrite, refKey, ShoalError, unreachable } from '@shoal/core';
import { noteGated } from './checks/gated.ts';
import type { CaptureProcess } from './device/capture-process.ts';
import { commits } from './device/commits.ts';
import type { Device, DeviceCopy, FileName, ServiceName } from './device/device.ts';
import { type Fleet, nameOf } from './fleet.ts';
import { chooseForced, chooseGatedWrite, type GatedWrite } from './gate-writes.ts';
import { chooseItemWrites } from './item-writes.ts';
import { decide } from './perform-decision.ts';
import type { Action } from './scenario.ts';
import { appendOfNewerProgram, appendUnopenable } from './strange-entries.ts';
import { chooseVolumeWrites } from './volume-writes.ts';
import { chooseWrites } from './workload.ts';

/** The last copy of each file of a device. */
const copies = new WeakMap<Device, Map<FileName, DeviceCopy>>();

/** Makes an action of a scenario happen now; what it starts to end later is on the clock of the fleet. */
export function performAction(fleet: Fleet, action: Action): void {
  const { scheduler, network, devices } = fleet;
  if ('device' in action && action.device >= devices.length) return;
  switch (action.kind) {
    case 'write':
      write(fleet, devices[action.device]!, action);
      return;
    case 'decide':
      decide(fleet, devices[action.device]!, action.draws);
      return;
    case 'upgrade':
      fleet.tell(action.device, () => 'is upgraded');
      devices[action.device]!.upgrade();
      return;
    case 'crash': {
      const device = devices[action.device]!;
      const { services, forMs, after } = action;
      if (after === null) crash(fleet, device, services, forMs);
      else device.afterNext(after, () => crash(fleet, device, services, forMs));
      return;
    }
    case 'cut': {
      const pairs = action.from.flatMap((from) => action.to.map((to) => [from, to] as const));
      fleet.tell(
        null,
        () => `cut ${pairs.map(([from, to]) => `${from}>${to}`).join(' ')} for ${action.forMs} ms`,
      );
      for (const [from, to] of pairs) network.cut(from, to, 1);
      scheduler.after(action.forMs, () => {
        for (const [from, to] of pairs) network.cut(from, to, -1);
      });
      return;
    }
    case 'fail-write':
      fleet.tell(action.device, () => `the next write of its ${action.file} fails`);
      devices[action.device]!.failNext(action.file);
      return;
    case 'step-clock':
      fleet.tell(action.device, () => `clock jumps by ${action.byMs} ms`);
      devices[action.device]!.wall.step(action.byMs);
      return;
    case 'freeze-clock': {
      const { wall } = devices[action.device]!;
      fleet.tell(action.device, () => `clock stands still for ${action.forMs} ms`);
      wall.freeze();
      scheduler.after(action.forMs, wall.thaw);
      return;
    }
    case 'compact':
      compact(fleet, devices[action.device]!, action.everyMs, scheduler.nowMs + action.forMs);
      return;
    case 'forge':
      if (devices[action.device]!.role === 'hub') return;
      if (action.draws[1]! % 3 === 0) appendOfNewerProgram(fleet, devices[action.device]!, action.draws);
      else appendUnopenable(fleet, devices[action.device]!, action.draws);
      return;
    case 'copy':
      fleet.tell(action.device, () => `its ${action.files.join(' and ')} is copied`);
      keepCopy(devices[action.device]!, action.files);
      return;
    case 'lose-log':
      loseLog(fleet, devices[action.device]!, action.forMs);
      return;
    case 'rot':
      rot(fleet, devices[action.device]!, action);
      return;
    case 'pause':
      press(fleet, devices[action.device]!, 'isPaused', action.forMs);
      return;
    case 'fill-disk':
      press(fleet, devices[action.device]!, 'isDiskFull', action.forMs);
      return;
    case 'go-back':
      goBack(fleet, devices[action.device]!, action.files, action.forMs);
      return;
    default:
      unreachable(action);
  }
}

type WriteAction = Extract<Action, { kind: 'write' }>;

function write(fleet: Fleet, device: Device, { draws, serial }: WriteAction): void {
  const capture = device.capture();
  if (capture === null) return;
  const isOfGates = fleet.hasGates && draws[5]! % 4 === 0;
  if (isOfGates && draws[4]! % 4 > 0) {
    writeGated(fleet, device, capture, chooseGatedWrite(device, draws, serial));
    return;
  }
  const writes = isOfGates ? chooseForced(device, draws) : choose(fleet, device, { draws, serial });
  try {
    const made = capture.write(writes);
    fleet.tally.writes += made.length;
    if (made.length > 0) fleet.tell(device.index, () => writes.map(describeWrite).join(', '));
  } catch (error) {
    // What capture refuses, or a disk: the person is told, and nothing was written.
    if (!(error instanceof ShoalError) || error.code === 'internal') throw error;
    fleet.tally.refused++;
    fleet.tell(device.index, () => `${writes.map(describeWrite).join(', ')}: ${error.code}`);
  }
}

function choose(
  fleet: Fleet,
  device: Device,
  { draws, serial }: Pick<WriteAction, 'draws' | 'serial'>,
): RecordWrite[] {
  const loaded = fleet.loaded[device.index]!;
  if (fleet.hasVolumes && draws[7]! % 2 === 0) return chooseVolumeWrites(device, loaded, draws, serial);
  return fleet.hasItems && draws[6]! % 4 > 0
    ? chooseItemWrites(device, loaded, draws, serial)
    : chooseWrites(device, loaded, draws, { serial, hasSheets: fleet.hasSheets });
}

function writeGated(fleet: Fleet, device: Device, capture: CaptureProcess, write: GatedWrite): void {
  const { ref, row, isSynced } = write;
  const told = `writes ${nameOf(ref)} open=${row.get('open')} ${isSynced ? '' : 'without sync'}`;
  try {
    const made = capture.writeGated(write);
    noteGated(fleet.ledger, device, write, made);
    fleet.tally.writes++;
    fleet.tell(device.index, () => told);
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code === 'internal') throw error;
    fleet.tally.refused++;
    fleet.tell(device.index, () => `${told}: ${error.code}`);
  }
}

function crash(fleet: Fleet, device: Device, named: readonly ServiceName[], forMs: number): void {
  const services = named.filter((service) => device.services.includes(service));
  if (services.length === 0) return;
  fleet.tell(device.index, () => `${services.join(', ')} down for ${forMs} ms`);
  for (const service of services) device.kill(service);
  for (const [turn, service] of services.entries()) {
    // Not all at once: what a log does before its ingest is back matters (REP-6).
    fleet.scheduler.after((forMs * (turn + 1)) / services.length, () => {
      if (!device.isRunning(service)) device.start(service);
    });
  }
}

/** Compacts now and then, until a time, as long as the log-store is there. */
function compact(fleet: Fleet, device: Device, everyMs: number, untilMs: number): void {
  const { scheduler } = fleet;
  if (device.logStore() !== null) {
    commits(() => {
      const gone = device.logStore()!.compact();
      if (gone > 0) fleet.tell(device.index, () => `compacts ${gone} entries away`);
    });
  }
  if (scheduler.nowMs < untilMs) scheduler.after(everyMs, () => compact(fleet, device, everyMs, untilMs));
}

/** Something holds a device back for a while; two of a kind that overlap end with the first. */
function press(fleet: Fleet, device: Device, what: keyof Device['pressure'], forMs: number): void {
  const weigh = (isSo: boolean) => {
    device.pressure[what] = isSo;
    fleet.tell(device.index, () => `${what === 'isPaused' ? 'paused' : 'its disk is full'}: ${isSo}`);
    device.logStore()?.exchange.weigh();
  };
  weigh(true);
  // A disk that is full at the end stays so until it was looked at what came in spite of it (DEP-4).
  fleet.scheduler.after(forMs, () => {
    if (!fleet.areFaultsOver()) weigh(false);
  });
}

/** The disks go back to their copies, each to its own (REP-6). */
function goBack(fleet: Fleet, device: Device, files: readonly FileName[], forMs: number): void {
  const copied = files.filter((file) => copies.get(device)?.has(file));
  if (copied.length === 0) return;
  crash(fleet, device, device.services, forMs);
  for (const file of copied) device.putBack(copies.get(device)!.get(file)!, [file]);
  fleet.tell(device.index, () => `its ${copied.join(' and ')} goes back`);
  strikeLost(fleet, device);
}

function loseLog(fleet: Fleet, device: Device, forMs: number): void {
  crash(fleet, device, device.services, forMs);
  device.loseLog();
  fleet.tell(device.index, () => 'its log is lost');
  strikeLost(fleet, device);
}

/** A stored entry is not what was stored any more; if nothing meets it, the log is read through after a while (LOG-1). */
function rot(fleet: Fleet, device: Device, { which, forMs }: Extract<Action, { kind: 'rot' }>): void {
  const place = device.damageEntry(which);
  if (place === null) return;
  fleet.ledger.damaged.add(place);
  fleet.tell(device.index, () => `its copy of ${place} is damaged`);
  strikeLost(fleet, device);
  fleet.scheduler.after(forMs, () => void commits(() => device.logStore()?.scrub()));
}

/** What no file knows any more is lost; nothing else may be (REP-6). */
function strikeLost({ ledger, devices, tell }: Fleet, device: Device): void {
  const lost = ledger.strikeLost(({ ref, dot }) =>
    devices.some(({ library, log }) => {
      const stored = library.memory.record(ref);
      const isInLog = () =>
        [...log.content.rows.values()].some(
          ({ entry, isDamaged }) =>
            isDamaged !== true &&
            entry.state !== null &&
            refKey(entry.ref) === refKey(ref) &&
            covers(entry.version, dot),
        );
      return (stored !== undefined && covers(stored.state.version, dot)) || isInLog();
    }),
  );
  if (lost.length > 0) tell(device.index, () => `${lost.length} writes are in no file any more`);
}

function keepCopy(device: Device, files: readonly FileName[]): void {
  const copy = device.copy();
  const kept = copies.get(device) ?? new Map<FileName, DeviceCopy>();
  for (const file of files) kept.set(file, copy);
  copies.set(device, kept);
}

function describeWrite(write: RecordWrite): string {
  if (write.kind === 'delete') return `deletes ${nameOf(write.ref)}`;
  if (write.kind === 'decide') return `decides a conflict of ${nameOf(write.ref)}`;
  const fields = [...write.fields].map(([name, value]) => `${name}=${shorten(value)}`);
  return `puts ${nameOf(write.ref)} ${fields.join(' ')}`;
}

function shorten(value: unknown): string {
  const text = String(value);
  return text.length === 36 ? `#${Number.parseInt(text.slice(24), 16)}` : text;
}
