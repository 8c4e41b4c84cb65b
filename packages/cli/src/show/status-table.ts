import type { describeStatus } from './describe-status.ts';
import type { Paint, Tone } from './paint.ts';
import { printable } from './printable.ts';
import { type Cell, countText, tableLines } from './text-table.ts';

/** The status of one library, as it is described. */
export type LibraryStatus = ReturnType<typeof describeStatus>;

/**
 * What `status --watch` shows: the libraries of a device, whom it hears, which folders it indexes, and what needs
 * a person, each as a table; `nowMs` is the wall clock.
 */
export function statusTable(
  statuses: readonly LibraryStatus[],
  look: { readonly nowMs: number; readonly paint: Paint },
) {
  const { nowMs, paint } = look;
  const [first] = statuses;
  if (first === undefined) return [];
  const { name, home } = first.device;
  const tables = [
    [
      ...tableLines(libraryHeads, statuses.map(libraryRow), paint),
      ...statuses.flatMap((it) => countLines(it, paint)),
    ],
    tableLines(
      ['peer', 'library', 'behind', 'ahead', 'heard'],
      statuses.flatMap((it) => peerRows(it, nowMs)),
      paint,
    ),
    tableLines(['location', 'library', 'state', 'entries', 'skipped'], statuses.flatMap(locationRows), paint),
    statuses.flatMap((it) => noteLines(it, paint)),
  ];
  const title = `${paint('strong', printable(name))}  ${paint('quiet', printable(home))}`;
  return [title, ...tables.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines])];
}

const libraryHeads = [
  'library',
  'state',
  'records',
  'to fetch',
  'to apply',
  'outbox',
  'parked',
  'why it waits',
];

function libraryRow(status: LibraryStatus): Cell[] {
  const { library, sync, records, capture, ingest } = status;
  const parked = ingest && sum(ingest.parked.map((it) => it.records));
  return [
    { value: printable(library.name), tone: 'strong' },
    { value: sync?.state ?? 'unknown', tone: toneOf(sync?.state) },
    { value: sum(Object.values(records)) },
    waiting(sync?.behind),
    waiting(sync?.unapplied),
    waiting(capture?.outbox),
    waiting(parked),
    { value: sync?.throttled ?? '', tone: 'busy' },
  ];
}

/** Records by model, of those that there are. */
function countLines({ library, records }: LibraryStatus, paint: Paint): string[] {
  const counts = Object.entries(records).filter(([, count]) => count > 0);
  if (counts.length === 0) return [];
  const text = counts.map(([model, count]) => `${model} ${countText(count)}`).join(', ');
  return [paint('quiet', `${printable(library.name)}: ${text}`)];
}

function peerRows({ library, log }: LibraryStatus, nowMs: number): Cell[][] {
  return (log?.peers ?? []).map(({ name, behind, ahead, lastHeard }) => {
    const silentMs = nowMs - Date.parse(lastHeard);
    return [
      { value: printable(name), tone: silentMs > silentAfterMs ? 'quiet' : undefined },
      { value: printable(library.name) },
      waiting(behind),
      waiting(ahead),
      { value: agoText(silentMs), tone: silentMs > silentAfterMs ? 'busy' : 'good' },
    ];
  });
}

function locationRows({ library, capture }: LibraryStatus): Cell[][] {
  return (capture?.locations ?? []).map(({ path, state, entries, skipped }) => [
    { value: printable(path) },
    { value: printable(library.name) },
    { value: state, tone: locationTones[state] ?? 'bad' },
    { value: entries },
    { value: skipped },
  ]);
}

/** What stands in no table, as it is seldom there. */
function noteLines(
  { library, log, sync, ingest, unreachable, problems }: LibraryStatus,
  paint: Paint,
): string[] {
  const quarantined = ingest?.quarantined ?? 0;
  const holes = sync?.holes ?? 0;
  const notes = [
    ...unreachable.map((service) => paint('bad', `${service} does not answer`)),
    ...problems.map((it) => paint('bad', printable(`${it.service}: ${it.code}: ${it.message}`))),
    ...(log?.state === 'stuck' ? [paint('bad', 'a device does not answer what it is asked')] : []),
    ...(quarantined > 0
      ? [paint('bad', `${countText(quarantined)} in quarantine: shoal quarantine list`)]
      : []),
    ...(holes > 0 ? [paint('busy', `${countText(holes)} entries of the log are lost, and asked for`)] : []),
    ...(ingest?.skews ?? []).map(({ name }) => paint('busy', `the clock of ${name} runs ahead`)),
  ];
  return notes.map((note) => `${printable(library.name)}: ${note}`);
}

/** Heard longer ago than a heartbeat, with some patience: it is away. */
const silentAfterMs = 15_000;

const syncTones: Readonly<Record<string, Tone>> = {
  ready: 'good',
  backfilling: 'busy',
  'catching-up': 'busy',
  uninitialised: 'busy',
  paused: 'busy',
  stale: 'bad',
};
const locationTones: Readonly<Record<string, Tone>> = { watching: 'good', scanning: 'busy', pending: 'busy' };

function toneOf(state: string | undefined): Tone {
  return (state === undefined ? undefined : syncTones[state]) ?? 'bad';
}

/** A number of what waits: of note where there is any. */
function waiting(count: number | undefined): Cell {
  if (count === undefined) return { value: '-' };
  return { value: count, tone: count > 0 ? 'busy' : undefined };
}

/** How long ago, in the unit that a person would use. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 2 * 3_600) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 48 * 3_600
    ? `${Math.round(seconds / 3_600)} h ago`
    : `${Math.round(seconds / 86_400)} d ago`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
