/** One write of one field, as text; a delete has neither. */
export interface LedgerWrite {
  readonly record: string;
  readonly field?: string;
  readonly value?: string;
}

/** A request of a client and what became of it. */
interface Attempt {
  readonly writes: readonly LedgerWrite[];
  isAcknowledged: boolean;
}

/** What clients asked for, and what they were told: what a fleet must show in the end. */
export interface WriteLedger {
  /**
   * Notes writes that are sent now, as one request, and returns how to note its answer. Each field has one writer at
   * a time; who was not answered lets that record be.
   */
  send(writes: readonly LedgerWrite[]): () => void;
  /** What of it a dump does not keep, each as a sentence; empty if it keeps all. */
  problems(dump: readonly string[]): readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** An empty ledger. */
export function writeLedger(): WriteLedger {
  const attempts: Attempt[] = [];
  return {
    send(writes) {
      const attempt: Attempt = { writes, isAcknowledged: false };
      attempts.push(attempt);
      return () => {
        attempt.isAcknowledged = true;
      };
    },
    problems(dump) {
      const rows = dump.map((line): Row => JSON.parse(line));
      const rowById = new Map(rows.map((row) => [String(row.uuid), row]));
      const doubled = rows.length === rowById.size ? [] : ['a record stands in the dump twice'];
      return [...doubled, ...recordProblems(attempts, rowById), ...groupProblems(attempts, rowById)];
    },
  };
}

function recordProblems(attempts: readonly Attempt[], rowById: ReadonlyMap<string, Row>): string[] {
  const sent = attempts.flatMap(({ writes, isAcknowledged }) =>
    writes.map((write) => ({ ...write, isAcknowledged })),
  );
  return [...Map.groupBy(sent, ({ record }) => record)].flatMap(([record, writes]) => {
    const row = rowById.get(record);
    const deletes = writes.filter(({ field }) => field === undefined);
    if (deletes.some(({ isAcknowledged }) => isAcknowledged)) {
      return row === undefined ? [] : [`${record} was deleted and is there`];
    }
    if (row === undefined) {
      const isOwed = deletes.length === 0 && writes.some(({ isAcknowledged }) => isAcknowledged);
      return isOwed ? [`${record} was written and is not there`] : [];
    }
    return [...Map.groupBy(writes, ({ field }) => field)].flatMap(([field, values]) => {
      const last = values.findLastIndex(({ isAcknowledged }) => isAcknowledged);
      const allowed = values.slice(Math.max(0, last)).map(({ value }) => value);
      if (field === undefined || last < 0 || allowed.includes(String(row[field]))) return [];
      return [`${field} of ${record}: expected ${allowed.join(' or ')}, found ${String(row[field])}`];
    });
  });
}

/** What was sent together and never answered is there whole, or not at all (CHG-5). */
function groupProblems(attempts: readonly Attempt[], rowById: ReadonlyMap<string, Row>): string[] {
  return attempts.flatMap(({ writes, isAcknowledged }) => {
    if (isAcknowledged || writes.length === 1) return [];
    const there = writes.filter(({ record }) => rowById.has(record)).length;
    return there === 0 || there === writes.length
      ? []
      : [`${there} of ${writes.length} that were written together`];
  });
}
