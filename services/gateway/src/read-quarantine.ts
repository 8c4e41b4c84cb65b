import { ShoalError } from '@shoal/core';
import type { LibraryReader, QuarantineRecord } from '@shoal/library';
import {
  dotToWire,
  type GetQuarantinedRequest,
  type ListQuarantineReply,
  type ListQuarantineRequest,
  type QuarantinedEntry,
  uuidToBytes,
} from '@shoal/proto';
import { checkLimit, checkModelName } from './check-request.ts';

/** One page of the quarantine, in the order in which entries came (ING-3). */
export function listQuarantine(
  { quarantine }: LibraryReader,
  { model, limit, after }: ListQuarantineRequest,
): ListQuarantineReply {
  // Of whatever name: what waits may be of a model that this program does not know.
  if (model !== '') checkModelName(model);
  const wanted = checkLimit(limit);
  const entries = quarantine.list(model === '' ? null : model, { after, limit: wanted });
  return {
    entries: entries.map(quarantinedToWire),
    next: entries.length < wanted ? 0 : entries.at(-1)!.id,
  };
}

/** One entry of the quarantine; `not-found` where none of that number waits, or no more. */
export function getQuarantined(
  { quarantine }: LibraryReader,
  { quarantineId }: GetQuarantinedRequest,
): QuarantinedEntry {
  const entry = quarantine.get(quarantineId);
  if (entry !== undefined) return quarantinedToWire(entry);
  const message = `no entry ${quarantineId} waits in quarantine on this device`;
  throw new ShoalError('not-found', message, { field: 'quarantine_id' });
}

function quarantinedToWire({ id, ref, device, dot, ...entry }: QuarantineRecord): QuarantinedEntry {
  const { logId, seq, code, message, attempts, sinceMs, retryMs, bytes } = entry;
  return {
    quarantineId: id,
    model: ref.model,
    recordId: uuidToBytes(ref.id),
    deviceId: uuidToBytes(device),
    dot: dotToWire(dot),
    ...{ logId, seq, code, message, attempts, sinceMs, bytes },
    retryMs: retryMs ?? 0,
  };
}
