import { toJson, uuidFromBytes, type WatchEvent } from '@shoal/client';
import { asShoalError } from '@shoal/core';
import { pause } from '../supervisor/pause.ts';
import { changeLines } from './change-lines.ts';
import type { DemoDevice } from './demo-device.ts';

/** One change of a device's view, for people. */
export interface ToldChange {
  readonly model: string;
  /** What a person calls the record. */
  readonly name: string;
  readonly isGone: boolean;
  readonly isLocal: boolean;
}

/** Changes are told together after this time: a folder of thousands is one line, not thousands. */
const gatherMs = 250;
const retryMs = 500;
/** Beyond, changes of one gathering are only counted. */
const gatheredMax = 100_000;

/** Tells by `onLine` what changes on a device, from now on, until the signal is aborted; also across restarts. */
export async function tellChanges(
  device: DemoDevice,
  options: {
    readonly libraryId: Buffer;
    readonly signal: AbortSignal;
    readonly onLine: (line: string) => void;
  },
): Promise<void> {
  const { libraryId, signal, onLine } = options;
  const nameById = new Map<string, string>();
  let gathered: ToldChange[] = [];
  const flush = () => {
    const lines = changeLines(gathered);
    gathered = [];
    for (const line of lines) onLine(`${device.name}  ${line}`);
  };
  const flushing = setInterval(flush, gatherMs);
  try {
    while (!signal.aborted) {
      try {
        const gateway = await device.gateway();
        for await (const event of gateway.watch({ libraryId, model: '' }, { signal })) {
          // A gap before anything else says only that we were not there before.
          if (event.gap && nameById.size === 0) continue;
          if (event.gap) onLine(`${device.name}  more changed than can be shown`);
          else if (gathered.length < gatheredMax) gathered.push(toldChange(event, nameById));
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!asShoalError(error).retryable) throw error;
      }
      await pause(retryMs, signal);
    }
  } finally {
    clearInterval(flushing);
    flush();
  }
}

/** Names that are remembered to say what a record that is gone was called. */
const namesMax = 50_000;

function toldChange(
  { model, recordId, record, local }: WatchEvent,
  nameById: Map<string, string>,
): ToldChange {
  const id = uuidFromBytes(recordId, 'record_id');
  const fields = record === undefined ? undefined : toJson(record).fields;
  const own = fields?.canonical_name ?? fields?.name ?? fields?.mime_type;
  const name = typeof own === 'string' ? own : (nameById.get(id) ?? id);
  if (nameById.size >= namesMax) nameById.clear();
  nameById.set(id, name);
  return { model, name, isGone: record === undefined, isLocal: local };
}
