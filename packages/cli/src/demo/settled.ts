import type { StatusReply } from '@shoal/client';

/**
 * What keeps a fleet from being settled, as a person would say it; empty when every index is finished, every outbox
 * is empty, every log has what every other has, and all of it is applied. Equal dumps are then to be expected.
 */
export function unsettled(
  statuses: readonly { readonly name: string; readonly status: StatusReply }[],
): string[] {
  const vectors = new Set(statuses.map(({ status }) => vectorText(status)));
  return [
    ...statuses.flatMap(({ name, status }) => ofDevice(status).map((what) => `${name} ${what}`)),
    ...(vectors.size > 1 ? ['logs differ'] : []),
  ];
}

function ofDevice({ unreachable, capture, log, ingest }: StatusReply): string[] {
  const scanning = (capture?.locations ?? []).filter(({ state }) => state === 'scanning');
  return [
    ...unreachable.map((service) => `waits for ${service}`),
    ...scanning.map(({ entries }) => `indexes (${entries} entries)`),
    ...(capture !== undefined && capture.outbox > 0 ? [`sends ${capture.outbox}`] : []),
    ...(ingest !== undefined && log !== undefined && ingest.appliedSeq < log.headSeq
      ? [`applies ${ingest.appliedSeq} of ${log.headSeq}`]
      : []),
  ];
}

function vectorText({ log }: StatusReply): string {
  return (log?.have ?? [])
    .filter(({ originSeq }) => originSeq > 0)
    .map(({ stream, originSeq }) => `${stream.toString('hex')}:${originSeq}`)
    .sort()
    .join();
}
