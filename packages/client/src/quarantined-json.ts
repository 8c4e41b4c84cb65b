import { type QuarantinedEntry, uuidFromBytes } from '@shoal/proto';

/** An entry of the quarantine in JSON (ING-3). Times are ISO texts. */
export interface JsonQuarantined {
  readonly id: number;
  readonly model: string;
  readonly record: string;
  /** Whom the entry names as its origin. */
  readonly device: string;
  /** When the change was made, by the clock of the device that made it. */
  readonly at: string;
  readonly log: { readonly id: string; readonly seq: number };
  /** A code of the error catalogue. */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly since: string;
  /** When it is tried again by itself; null: not before ingest starts anew. */
  readonly retry: string | null;
  readonly bytes: number;
}

/** An entry of the quarantine as the gateway gave it, in JSON. Throws `malformed-message` for one that is not whole. */
export function quarantinedToJson(entry: QuarantinedEntry): JsonQuarantined {
  const { quarantineId, model, recordId, deviceId, dot, logId, seq, retryMs, sinceMs } = entry;
  const { code, message, attempts, bytes } = entry;
  return {
    id: quarantineId,
    model,
    record: uuidFromBytes(recordId, 'record_id'),
    device: uuidFromBytes(deviceId, 'device_id'),
    at: isoTime(dot?.ms ?? 0),
    log: { id: logId, seq },
    ...{ code, message, attempts, bytes },
    since: isoTime(sinceMs),
    retry: retryMs === 0 ? null : isoTime(retryMs),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
