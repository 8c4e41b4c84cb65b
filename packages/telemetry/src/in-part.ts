import { trace } from '@opentelemetry/api';
import { inSpan } from './in-span.ts';

/**
 * What happens within `shoal.write`, in this order (S2-12): what an entity says becomes fields, with references by
 * UUID; the keys of all that is named are looked up; fields become states; states are encoded and kept; rows follow;
 * what is to be shipped is noted.
 */
export type WritePart =
  | 'shoal.write.fields'
  | 'shoal.write.keys'
  | 'shoal.write.states'
  | 'shoal.write.payloads'
  | 'shoal.write.rows'
  | 'shoal.write.outbox';

/** Does `work` as a part of the step under way. Costs one look where nobody records that step. */
export function inPart<T>(part: WritePart, work: () => T): T {
  return trace.getActiveSpan()?.isRecording() ? inSpan(part, {}, work) : work();
}
