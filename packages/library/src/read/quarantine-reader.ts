import type { DeviceId, Dot, ErrorCode, LogId, RecordRef } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';

/** An entry that could not be applied, for people: its header and the reason, never what is sealed (ING-3). */
export interface QuarantineRecord {
  /** Greater for what came later; never given twice. */
  readonly id: number;
  readonly ref: RecordRef;
  /** Whom the entry names as its origin. */
  readonly device: DeviceId;
  readonly dot: Dot;
  /** Where it was met last. */
  readonly logId: LogId;
  readonly seq: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly attempts: number;
  readonly sinceMs: number;
  /** When it is tried again by itself; null: not before ingest starts anew. */
  readonly retryMs: number | null;
  readonly bytes: number;
}

/** Reads the quarantine of this device; what was discarded is not shown. */
export interface QuarantineReader {
  /** In the order in which they came, behind `after`; of one model, where one is named. */
  list(model: string | null, page: { readonly after: number; readonly limit: number }): QuarantineRecord[];
  get(id: number): QuarantineRecord | undefined;
}

type Row = Omit<QuarantineRecord, 'ref'> & { readonly model: string; readonly uuid: string };

const columns = `id, model, uuid, device, dot, log_id as logId, seq, code, message, attempts, since_ms as sinceMs,
  retry_ms as retryMs, bytes`;

/** Prepares the statements on `db`. */
export function quarantineReader(db: Sqlite): QuarantineReader {
  const list = db.prepare<[object], Row>(
    `select ${columns} from shoal_quarantine where id > @after and entry is not null
       and (@model is null or model = @model) order by id limit @limit+0`,
  );
  const get = db.prepare<[number], Row>(
    `select ${columns} from shoal_quarantine where id = ? and entry is not null`,
  );
  return {
    list: (model, { after, limit }) => list.all({ model, after, limit }).map(toRecord),
    get(id) {
      const row = get.get(id);
      return row === undefined ? undefined : toRecord(row);
    },
  };
}

function toRecord({ model, uuid, ...row }: Row): QuarantineRecord {
  return { ...row, ref: { model, id: uuid } as RecordRef };
}
