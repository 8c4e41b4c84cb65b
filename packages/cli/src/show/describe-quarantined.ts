import type { JsonQuarantined } from '@shoal/client';

/** An entry of the quarantine in one line: its number, what it is about, and why it was not applied. */
export function describeQuarantined({ id, since, model, record, code, message }: JsonQuarantined): string {
  return `${String(id).padStart(6)}  ${since}  ${model} ${record}: ${code}: ${message}`;
}

/** What else is known of it. */
export function describeOrigin({ device, at, log, attempts, retry, bytes }: JsonQuarantined): string[] {
  return [
    `        by device ${device} at ${at}, ${bytes} bytes, seq ${log.seq} of log ${log.id}`,
    `        tried ${attempts} times; ${retry === null ? 'again when ingest starts, or by `shoal quarantine retry`' : `again ${retry}`}`,
  ];
}
