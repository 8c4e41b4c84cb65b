import type { GatewayClient, LogLine } from '@shoal/client';
import { formatVersion, includes, type Version } from '@shoal/core';
import { versionFromWire } from '@shoal/proto';

/** A device's log as its gateway shows it, and what it says that it has. */
export interface ShownLog {
  readonly lines: readonly ShownLine[];
  /** By stream: everything up to there. */
  readonly have: ReadonlyMap<string, number>;
}

export interface ShownLine {
  readonly seq: number;
  readonly stream: string;
  readonly originSeq: number;
  readonly groupFirst: number;
  readonly groupLast: number;
  readonly record: string;
  readonly version: Version;
}

/** Reads a log to its end, as `shoal log` does. */
export async function readShownLog(gateway: GatewayClient, libraryId: Buffer): Promise<ShownLog> {
  const lines: ShownLine[] = [];
  for (let fromSeq = 1; ; ) {
    const page = await gateway.readLog({ libraryId, fromSeq, limit: 1_000 });
    lines.push(...page.lines.map(shownLine));
    if (page.nextSeq <= fromSeq || page.nextSeq > page.headSeq) break;
    fromSeq = page.nextSeq;
  }
  const { log } = await gateway.getStatus({ libraryId });
  if (log === undefined) throw new Error('the log-store did not answer');
  return { lines, have: new Map(log.have.map(({ stream, originSeq }) => [hex(stream), originSeq])) };
}

/**
 * What is wrong with the logs of devices that have everything of each other, each as a sentence: vectors that differ
 * or claim what is not there (LOG-2), an entry twice, a number given twice (REP-6), a place outside of its group (REP-8). Superseded entries may be
 * gone from either (LOG-3).
 */
export function logProblems(logs: readonly ShownLog[]): string[] {
  const vectors = new Set(
    logs.map(({ have }) =>
      [...have]
        .map((at) => at.join(' '))
        .sort()
        .join(', '),
    ),
  );
  const differing = vectors.size === 1 ? [] : [`the vectors differ: ${[...vectors].join(' | ')}`];
  return [
    ...differing,
    ...renumbered(logs),
    ...logs.flatMap((log) => [...doubled(log), ...misplaced(log)]),
    ...logs.flatMap((log) => logs.flatMap((other) => (other === log ? [] : lacking(log, other)))),
  ];
}

function doubled({ lines }: ShownLog): string[] {
  const seen = new Set<string>();
  return lines.flatMap(({ record, version, seq }) => {
    const change = `${record} ${formatVersion(version)}`;
    const isTwice = seen.has(change);
    seen.add(change);
    return isTwice ? [`${change} is there twice, again at ${seq}`] : [];
  });
}

function misplaced({ lines, have }: ShownLog): string[] {
  return lines.flatMap(({ stream, originSeq, groupFirst, groupLast }) => {
    const isWithin = groupFirst <= originSeq && originSeq <= groupLast;
    const isClaimed = originSeq <= (have.get(stream) ?? 0);
    return isWithin && isClaimed ? [] : [`${stream} ${originSeq} stands outside of its group or vector`];
  });
}

/** What the other has, ours claims, and nothing in ours includes. */
function lacking(ours: ShownLog, theirs: ShownLog): string[] {
  const places = new Set(ours.lines.map(({ stream, originSeq }) => `${stream} ${originSeq}`));
  const byRecord = Map.groupBy(ours.lines, ({ record }) => record);
  return theirs.lines.flatMap(({ stream, originSeq, record, version }) => {
    if (places.has(`${stream} ${originSeq}`)) return [];
    const isSuperseded = byRecord.get(record)?.some((line) => includes(line.version, version)) ?? false;
    return isSuperseded ? [] : [`${stream} ${originSeq} of ${record} is claimed and not there`];
  });
}

/** The same place with other things in it: a number that was given twice (REP-6). */
function renumbered(logs: readonly ShownLog[]): string[] {
  const changeByPlace = new Map<string, string>();
  return logs.flatMap(({ lines }) =>
    lines.flatMap(({ stream, originSeq, record, version }) => {
      const place = `${stream} ${originSeq}`;
      const change = `${record} ${formatVersion(version)}`;
      const before = changeByPlace.get(place) ?? change;
      changeByPlace.set(place, before);
      return before === change ? [] : [`${place} is ${before} and ${change}`];
    }),
  );
}

function shownLine({ seq, header, position }: LogLine): ShownLine {
  if (header === undefined || position === undefined) throw new Error(`the entry at ${seq} is damaged`);
  const { originSeq, groupFirst, groupLast } = position;
  const stream = hex(position.stream);
  const record = `${header.model}/${hex(header.recordId)}`;
  return { seq, stream, originSeq, groupFirst, groupLast, record, version: versionFromWire(header.version) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
