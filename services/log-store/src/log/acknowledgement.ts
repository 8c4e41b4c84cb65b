import { limits, ShoalError } from '@shoal/core';
import type { AcknowledgeRequest } from '@shoal/proto';

/** How far ingest is in which log (LOG-3). */
export interface Acknowledgement {
  readonly logId: string;
  readonly appliedSeq: number;
  /** `exceptions` is the whole list from here up to `appliedSeq`. */
  readonly fromSeq: number;
  /** What ingest passed over without applying it, ascending. */
  readonly exceptions: readonly number[];
}

/** Parses and bounds an acknowledgement (SEC-5). Throws `invalid-argument` naming the field. */
export function parseAcknowledgement(request: AcknowledgeRequest): Acknowledgement {
  const { logId, appliedSeq, exceptions } = request;
  const fromSeq = Math.max(1, request.fromSeq);
  if (exceptions.length > limits.exceptionsMax) {
    refuse('exceptions', `at most ${limits.exceptionsMax}`, `${exceptions.length}`);
  }
  let before = fromSeq - 1;
  for (const seq of exceptions) {
    if (seq <= before || seq > appliedSeq) {
      refuse('exceptions', `ascending numbers of ${fromSeq} to ${appliedSeq}`, `${seq}`);
    }
    before = seq;
  }
  return { logId, appliedSeq, fromSeq, exceptions };
}

/** What an acknowledgement says does not fit the log. */
export function refuse(field: string, expected: string, found: string): never {
  throw new ShoalError('invalid-argument', `"${field}": expected ${expected}, found ${found}`, { field });
}
