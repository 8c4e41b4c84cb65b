import { toJson, uuidFromBytes, type WatchEvent } from '@shoal/client';
import { asShoalError } from '@shoal/core';
import { pause } from '../supervisor/pause.ts';
import { changeLines, countsLine } from './change-lines.ts';
import type { DemoDevice } from './demo-device.ts';

/** One change of a device's view, for people. */
export interface ToldChange {
  readonly model: string;
  /** What a person calls the record. */
  readonly name: string;
  readonly isGone: boolean;
  readonly isLocal: boolean;
}

export interface TellChangesOptions {
  readonly libraryId: Buffer;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Changes are told together after this time: a folder of thousands is one line, not thousands. */
const gatherMs = 250;
/** In a flood that a watcher cannot follow, what the device has by now is told so often. */
const floodMs = 1_000;
const retryMs = 500;
/** Beyond, changes of one gathering are not told. */
const gatheredMax = 100_000;
/** Names that are remembered to say what a record that is gone was called. */
const namesMax = 50_000;

/** Tells by `onLine` what changes on a device, from now on, until the signal is aborted; also across restarts. */
export async function tellChanges(device: DemoDevice, options: TellChangesOptions): Promise<void> {
  const { libraryId, signal, onLine } = options;
  const gathering = gatherChanges();
  const watching = watch(device, options, gathering);
  let isFlood = false;
  let floodToldMs = 0;
  let told = '';
  while (!signal.aborted) {
    await Promise.race([pause(gatherMs, signal), watching]);
    const { changes, hadGap } = gathering.take();
    for (const line of changeLines(changes)) onLine(`${device.name}  ${line}`);
    isFlood ||= hadGap;
    if (!isFlood || performance.now() - floodToldMs < floodMs) continue;
    isFlood = false;
    floodToldMs = performance.now();
    const counts = await countsOn(device, libraryId);
    if (counts === undefined || counts === told) continue;
    told = counts;
    onLine(`${device.name}  has by now ${counts}`);
  }
  await watching;
}

interface Gathering {
  add(event: WatchEvent): void;
  /** What came since the last call. */
  take(): { readonly changes: readonly ToldChange[]; readonly hadGap: boolean };
}

function gatherChanges(): Gathering {
  const nameById = new Map<string, string>();
  let changes: ToldChange[] = [];
  let hadGap = false;
  return {
    add: (event) => {
      // A gap before anything else says only that we were not there before.
      if (event.gap) hadGap = nameById.size > 0;
      else if (changes.length < gatheredMax) changes.push(toldChange(event, nameById));
    },
    take: () => {
      const taken = { changes, hadGap };
      changes = [];
      hadGap = false;
      return taken;
    },
  };
}

/** Follows the device's changes; a gateway that restarts is looked for again. */
async function watch(
  device: DemoDevice,
  { libraryId, signal }: TellChangesOptions,
  gathering: Gathering,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const gateway = await device.gateway();
      for await (const event of gateway.watch({ libraryId, model: '' }, { signal })) gathering.add(event);
    } catch (error) {
      if (signal.aborted) return;
      if (!asShoalError(error).retryable) throw error;
    }
    await pause(retryMs, signal);
  }
}

/** A device that does not answer at this moment has nothing to tell. */
async function countsOn(device: DemoDevice, libraryId: Buffer): Promise<string | undefined> {
  try {
    const { records } = await (await device.gateway()).getStatus({ libraryId });
    return countsLine(records);
  } catch (error) {
    if (asShoalError(error).retryable) return undefined;
    throw error;
  }
}

function toldChange(event: WatchEvent, nameById: Map<string, string>): ToldChange {
  const { model, recordId, record, local } = event;
  const id = uuidFromBytes(recordId, 'record_id');
  const fields = record === undefined ? undefined : toJson(record).fields;
  const own = fields?.canonical_name ?? fields?.name;
  const name = typeof own === 'string' ? own : (nameById.get(id) ?? id);
  if (nameById.size >= namesMax) nameById.clear();
  nameById.set(id, name);
  return { model, name, isGone: record === undefined, isLocal: local };
}
