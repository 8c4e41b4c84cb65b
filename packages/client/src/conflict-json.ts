import { uuidFromBytes, valueFromWire, type WireConflict, type WireDot } from '@shoal/proto';
import { type JsonValue, valueToJson, versionToText } from './record-json.ts';

/** A row of the conflict journal in JSON (MRG-8). Times are ISO texts. */
export interface JsonConflict {
  readonly id: number;
  readonly kind: string;
  readonly model: string;
  readonly record: string;
  /** Null: the record as a whole. */
  readonly field: string | null;
  readonly decidedBy: string;
  /** The change that the view follows; null where none won. */
  readonly winner: JsonStamp | null;
  readonly since: string;
  /** Null: open. */
  readonly settled: { readonly at: string; readonly by: JsonStamp | null } | null;
  /** Those that met; a decision names one by its place, from 1. */
  readonly sides: readonly JsonSide[];
  /** Opaque: the record's version now. Give it back with a decision, so that it is one upon what was shown. */
  readonly version: string;
}

/** When a change was made, by the clock of its device, and by which. */
export interface JsonStamp {
  readonly at: string;
  readonly device: string;
}

/** One of those that met; a delete has no field and no value. */
export type JsonSide = JsonStamp &
  ({ readonly field: string; readonly value: JsonValue } | { readonly deleted: true }) & {
    readonly wins: boolean;
  };

/** A conflict as the gateway gave it, in JSON. Throws `malformed-message` for one that is not whole. */
export function conflictToJson(conflict: WireConflict): JsonConflict {
  const { conflictId, kind, model, recordId, field, decidedBy, sinceMs, settledMs } = conflict;
  return {
    id: conflictId,
    kind,
    model,
    record: uuidFromBytes(recordId, 'record_id'),
    field: field === '' ? null : field,
    decidedBy,
    winner: stampOrNull(conflict.winner),
    since: isoTime(sinceMs),
    settled: settledMs === 0 ? null : { at: isoTime(settledMs), by: stampOrNull(conflict.settledBy) },
    sides: conflict.sides.map(({ field: name, value, dot, wins }) => ({
      ...(name === ''
        ? { deleted: true as const }
        : { field: name, value: valueToJson(valueFromWire(value, name)) }),
      ...stampOf(dot!),
      wins,
    })),
    version: versionToText(conflict.version),
  };
}

function stampOrNull(dot: WireDot | undefined): JsonStamp | null {
  return dot === undefined ? null : stampOf(dot);
}

function stampOf({ ms, replica }: WireDot): JsonStamp {
  return { at: isoTime(ms), device: uuidFromBytes(replica.subarray(0, 16), 'replica') };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
