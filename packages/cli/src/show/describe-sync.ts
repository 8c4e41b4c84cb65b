import { type StatusReply, uuidFromBytes } from '@shoal/client';
import { counted } from './counted.ts';
import { type DeviceNames, deviceLabel } from './device-names.ts';

/** How far a library is in step on this device, as JSON (ING-4); undefined where no service says. */
export function describeSync(
  { sync, log }: Pick<StatusReply, 'sync' | 'log'>,
  names: DeviceNames = new Map(),
) {
  if (sync === undefined) return undefined;
  const { state, behind, unapplied } = sync;
  return {
    state,
    behind,
    unapplied,
    throttled: log?.throttled ?? '',
    backfill: describeBackfill(log?.backfill, names),
    holes: log?.holes ?? 0,
  };
}

/** The same for people. */
export function syncLines(sync: ReturnType<typeof describeSync>): string[] {
  if (sync === undefined) return [];
  const { state, behind, unapplied, throttled, backfill, holes } = sync;
  const lacks =
    state === 'ready' ? '' : `, ${counted(behind, 'entry', 'entries')} to fetch, ${unapplied} to apply`;
  const from = backfill?.from ?? null;
  const place = from === null ? '' : `, at ${from.atSeq} of ${from.ofSeq} of ${from.name}`;
  return [
    `  sync      ${state}${lacks}${whyThrottled(throttled)}`,
    ...(backfill?.state === 'running'
      ? [`  backfill  ${counted(backfill.entries, 'entry', 'entries')} since ${backfill.started}${place}`]
      : []),
    ...(holes === 0
      ? []
      : [
          `  damage    ${counted(holes, 'entry of the log is', 'entries of the log are')} lost, and asked for`,
        ]),
  ];
}

/** The latest job of catching up from far behind; null: there was none, or nobody says. */
function describeBackfill(backfill: NonNullable<StatusReply['log']>['backfill'], names: DeviceNames) {
  if (backfill === undefined || backfill.state === 'never') return null;
  const { state, startedMs, endedMs, entries, deviceId, atSeq, ofSeq } = backfill;
  return {
    state,
    entries,
    started: new Date(startedMs).toISOString(),
    ended: endedMs === 0 ? null : new Date(endedMs).toISOString(),
    from:
      deviceId.length === 16
        ? { ...peerOf(uuidFromBytes(deviceId, 'device_id'), names), atSeq, ofSeq }
        : null,
  };
}

function peerOf(id: string, names: DeviceNames) {
  return { id, name: deviceLabel(names, id) };
}

function whyThrottled(throttled: string): string {
  if (throttled === 'disk-full') return '; fetches nothing while the disk is nearly full';
  return throttled === 'unapplied' ? '; fetches more once this is applied' : '';
}
