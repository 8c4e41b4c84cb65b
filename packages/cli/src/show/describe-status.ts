import { type StatusReply, uuidFromBytes } from '@shoal/client';
import { describeSync, syncLines } from './describe-sync.ts';
import { type DeviceNames, deviceLabel } from './device-names.ts';
import { agoText } from './status-table.ts';

/** What a status says, as JSON. */
export function describeStatus(
  status: StatusReply,
  device: { readonly home: string; readonly http?: string | undefined; readonly names?: DeviceNames },
) {
  const names = device.names ?? new Map<string, string>();
  const { library, capture, log, ingest } = status;
  return {
    device: {
      id: id(status.deviceId),
      name: status.deviceName,
      home: device.home,
      http: device.http ?? null,
    },
    library: {
      id: id(library?.libraryId),
      name: library?.name ?? '',
      libraryDb: library?.libraryDb ?? '',
      syncDb: library?.syncDb ?? '',
    },
    sync: describeSync(status, names),
    openConflicts: status.openConflicts,
    records: Object.fromEntries(status.records.map(({ model, records }) => [model, records])),
    capture: capture && {
      outbox: capture.outbox,
      locations: capture.locations.map(({ locationId, path, state, entries, skipped, error }) => ({
        id: id(locationId),
        path,
        state,
        entries,
        skipped,
        error: error || null,
      })),
    },
    log: log && {
      logId: log.logId,
      headSeq: log.headSeq,
      appliedSeq: log.appliedSeq,
      entries: log.entries,
      state: log.state,
      peers: log.peers.map(({ deviceId, headSeq, behind, ahead, lastHeardMs }) => ({
        id: id(deviceId),
        name: deviceLabel(names, id(deviceId)),
        headSeq,
        behind,
        ahead,
        lastHeard: new Date(lastHeardMs).toISOString(),
      })),
    },
    ingest: ingest && {
      state: ingest.state,
      appliedSeq: ingest.appliedSeq,
      headSeq: ingest.headSeq,
      parked: ingest.parked.map(({ reason, records, oldestMs }) => ({
        reason,
        records,
        oldest: new Date(oldestMs).toISOString(),
      })),
      quarantined: ingest.quarantined,
      skews: ingest.skews.map(({ deviceId, theirMs, ourMs }) => ({
        device: id(deviceId),
        name: deviceLabel(names, id(deviceId)),
        theirs: new Date(theirMs).toISOString(),
        ours: new Date(ourMs).toISOString(),
      })),
    },
    unreachable: status.unreachable,
    problems: status.problems.map(({ service, code, message }) => ({ service, code, message })),
  };
}

/** The same for people; `nowMs` is the wall clock. */
export function statusLines(status: ReturnType<typeof describeStatus>, nowMs: number): string[] {
  const { device, library, sync, openConflicts, records, capture, log, ingest, unreachable, problems } =
    status;
  const counts = Object.entries(records).flatMap(([model, count]) =>
    count > 0 ? [`${model} ${count}`] : [],
  );
  return [
    `${device.name} (${device.id}), library ${library.name} (${library.id})`,
    ...syncLines(sync),
    `  records   ${counts.join(', ') || 'none'}`,
    ...(capture === undefined ? [] : [`  outbox    ${capture.outbox}`]),
    ...(capture?.locations ?? []).flatMap((it) => [
      `  location  ${it.path}: ${it.state}, ${it.entries} entries, ${it.skipped} skipped`,
      ...(it.error === null ? [] : [`            ${it.error}`]),
    ]),
    ...(log === undefined ? [] : [`  log       ${log.state}, head ${log.headSeq}, ${log.entries} entries`]),
    ...(log?.peers ?? []).map(
      (it) =>
        `  peer      ${it.name}: behind ${it.behind}, ahead ${it.ahead}, heard ${agoText(nowMs - Date.parse(it.lastHeard))}`,
    ),
    ...(ingest === undefined
      ? []
      : [`  ingest    ${ingest.state}, ${ingest.appliedSeq} of ${ingest.headSeq}`]),
    ...(ingest?.parked ?? []).map((it) => `  parked    ${it.records} ${it.reason}, since ${it.oldest}`),
    ...(ingest === undefined || ingest.quarantined === 0 ? [] : [`  quarantine ${ingest.quarantined}`]),
    ...(openConflicts === 0 ? [] : [`  conflicts ${openConflicts} open: \`shoal conflicts list\``]),
    ...(ingest?.skews ?? []).map(
      (it) => `  clock     ${it.name} runs ahead: ${it.theirs} there, ${it.ours} here`,
    ),
    ...unreachable.map((service) => `  ${service} does not answer`),
    ...problems.map((it) => `  problem   ${it.service}: ${it.code}: ${it.message}`),
  ];
}

function id(bytes: Buffer | undefined): string {
  return bytes?.length === 16 ? uuidFromBytes(bytes, 'id') : '';
}
