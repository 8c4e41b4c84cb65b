import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { uuidToBytes } from '@shoal/client';
import { addLibrary, initHome, newLibraryFile, readHubFile } from '@shoal/service-kit';
import { type DeviceProcess, deviceProcess } from './device-process.ts';
import { type ProcessLedger, processLedger } from './process-ledger.ts';
import { processesNaming } from './process-table.ts';
import { type ShoalProcess, startShoal } from './shoal-process.ts';
import { type TempFolder, tempFolder } from './temp-folder.ts';
import { until } from './until.ts';

/** A hub and some devices of one library, all as real processes. */
export interface Fleet {
  readonly folder: TempFolder;
  readonly ledger: ProcessLedger;
  readonly libraryId: Buffer;
  readonly devices: readonly DeviceProcess[];
  /** Ends the hub's processes: every link is cut. */
  stopHub(): Promise<void>;
  /** Starts the hub where it was. */
  startHub(): Promise<void>;
  /** The lines of a device's canonical dump, of the fleet's library where no other is named. */
  dump(device: DeviceProcess, libraryId?: Buffer): Promise<readonly string[]>;
  /** Waits until all devices (those given, where some are) have equal dumps that pass `isWanted`; returns the lines. */
  converged(options?: ConvergedOptions): Promise<readonly string[]>;
  /** Stops what runs, ends what does not stop, removes the folder; fails if anything was left running. */
  close(): Promise<void>;
}

export interface ConvergedOptions {
  readonly devices?: readonly DeviceProcess[];
  readonly isWanted?: (lines: readonly string[]) => boolean;
  readonly deadlineMs?: number;
}

/** Starts a hub and `count` devices that share a library. */
export async function startFleet(
  options: {
    readonly count?: number;
    readonly isInProcess?: boolean;
    readonly hasCrashPoints?: boolean;
    /** What the programs of the devices find in their environment, besides ours. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Fleet> {
  const { count = 2, isInProcess = false, hasCrashPoints = false, env = {} } = options;
  const folder = await tempFolder('fleet');
  const ledger = processLedger();
  let hub: ShoalProcess | undefined;
  const startHub = async () => {
    hub = startShoal(['hub', '--dir', join(folder.path, 'hub'), '--json'], { ledger });
    await hub.line((line) => line.startsWith('{'));
  };
  const stopHub = async () => {
    hub?.signal('SIGTERM');
    await hub?.ended;
  };
  const devices: DeviceProcess[] = [];
  const startDevices = async () => {
    const library = newLibraryFile({
      name: 'fleet',
      hub: await readHubFile(join(folder.path, 'hub', 'hub.json')),
    });
    for (const name of names(count)) {
      const { paths } = await initHome({ dir: join(folder.path, name), name });
      await addLibrary(paths, library);
      const crash = hasCrashPoints ? { crashFolder: join(folder.path, 'crash-points', name) } : {};
      devices.push(await deviceProcess(paths.dir, ledger, { ...crash, env }));
    }
    await Promise.all(devices.map((device) => device.start({ isInProcess })));
    return uuidToBytes(library.libraryId);
  };
  const abandon = async () => {
    await ledger.endAll();
    await nothingRuns(folder.path);
    await folder.remove();
  };
  const libraryId = await startHub()
    .then(startDevices)
    .catch(async (error: unknown) => {
      await abandon();
      throw error;
    });
  const dump = async (device: DeviceProcess, library: Buffer = libraryId) => {
    const lines: string[] = [];
    for await (const page of (await device.gateway()).dump({ libraryId: library })) lines.push(...page.lines);
    return lines;
  };
  return {
    folder,
    ledger,
    libraryId,
    devices,
    stopHub,
    startHub,
    dump,
    converged: ({ devices: wanted = devices, isWanted = () => true, deadlineMs = 60_000 } = {}) =>
      until(
        'the devices have equal dumps',
        async () => {
          const dumps = await Promise.all(wanted.map((device) => dump(device)));
          const isEqual = new Set(dumps.map(digest)).size === 1;
          return isEqual && isWanted(dumps[0]!) ? dumps[0] : undefined;
        },
        { deadlineMs, pollMs: 50 },
      ),
    close: async () => {
      for (const device of devices) device.close();
      const supervisors = devices.map((device) => device.supervisor());
      for (const supervisor of supervisors) supervisor.signal('SIGTERM');
      await Promise.all([...supervisors.map(({ ended }) => ended), stopHub()]);
      try {
        await nothingRuns(folder.path);
      } finally {
        await abandon();
      }
    },
  };
}

/** Waits until no process names that path in its command line; fails with what still runs. */
export async function nothingRuns(path: string, deadlineMs = 30_000): Promise<void> {
  await until(
    'nothing is left running',
    () => {
      const left = processesNaming(path);
      if (left.length === 0) return true;
      throw new Error(left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join('; '));
    },
    { deadlineMs, pollMs: 100 },
  );
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `device-${String.fromCharCode(97 + index)}`);
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
