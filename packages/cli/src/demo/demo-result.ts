import type { LibraryPaths } from '@shoal/service-kit';
import { countsLine } from './change-lines.ts';
import { commandLineHint } from './command-line-hint.ts';
import type { ConvergedDevice } from './wait-converged.ts';

/** What the demo came to, as `--json` prints it. */
export interface DemoResult {
  readonly converged: true;
  /** From the start of the command to equal dumps. */
  readonly elapsedMs: number;
  readonly devices: readonly DemoResultDevice[];
}

interface DemoResultDevice {
  readonly id: string;
  readonly name: string;
  readonly home: string;
  readonly libraryDb: string;
  readonly syncDb: string;
  readonly grpc: string;
  readonly http: string;
  /** SHA-256 of the canonical dump. */
  readonly digest: string;
  readonly records: Readonly<Record<string, number>>;
}

/** Puts together what the devices agree on and where they are found. */
export async function demoResult(options: {
  readonly converged: readonly ConvergedDevice[];
  readonly elapsedMs: number;
  readonly libraryPaths: (device: ConvergedDevice['device']) => LibraryPaths;
}): Promise<DemoResult> {
  const devices = options.converged.map(async ({ device, status, digest }) => {
    const { libraryDb, syncDb } = options.libraryPaths(device);
    const { grpc, http } = await device.addresses();
    return {
      id: device.home.config.deviceId,
      name: device.name,
      home: device.home.paths.dir,
      libraryDb,
      syncDb,
      grpc,
      http: `http://${http}`,
      digest,
      records: Object.fromEntries(status.records.map(({ model, records }) => [model, records])),
    };
  });
  return {
    converged: true,
    elapsedMs: Math.round(options.elapsedMs),
    devices: await Promise.all(devices),
  };
}

/** The same for people: that the devices agree, and where to look; what only runs while they do is left out of `isOnce`. */
export function resultLines(
  { elapsedMs, devices }: DemoResult,
  { isOnce }: { readonly isOnce: boolean },
): string[] {
  const [first] = devices;
  const counts = Object.entries(first?.records ?? {}).map(([model, records]) => ({ model, records }));
  return [
    '',
    `All ${devices.length} devices have the same data after ${(elapsedMs / 1000).toFixed(1)} s: ${countsLine(counts)}`,
    `  digest of each dump: ${first?.digest}`,
    ...devices.flatMap(({ name, home, libraryDb, syncDb, grpc, http }) => [
      '',
      name,
      `  rows    sqlite3 -readonly ${libraryDb} 'select name, kind, size from entries'`,
      `  log     sqlite3 -readonly ${syncDb}`,
      ...(isOnce
        ? []
        : [
            `  gRPC    ${grpc} (reflection; authorization: Bearer, the token of ${home}/token)`,
            `  HTTP    curl -H "Authorization: Bearer $(cat ${home}/token)" ${http}/status`,
            `  CLI     ${commandLineHint} status --home ${home}`,
          ]),
    ]),
    '',
  ];
}
