import { ShoalError } from '@shoal/core';
import { type Record as RecordMessage, uuidFromBytes } from '@shoal/proto';
import { backoffMs, pause } from './backoff.ts';
import type { GatewayClient } from './connect-gateway.ts';

/** What a watcher hears. */
export type RecordEvent<Read> =
  /** The first event, and again whenever something may have been missed: what is read from now on is current. */
  | { readonly kind: 'resync' }
  /** The record as it is now; `isLocal`: changed on this device, else by another. */
  | { readonly kind: 'put'; readonly record: Read; readonly isLocal: boolean }
  | { readonly kind: 'gone'; readonly id: string; readonly isLocal: boolean };

export interface WatchOptions {
  /** Ends the loop with its reason. */
  readonly signal?: AbortSignal;
  /** The device may be away so long; then the last failure is thrown. Where it is not given: as long as it takes. */
  readonly outageMsMax?: number;
}

export interface Watched<Read> extends WatchOptions {
  readonly libraryId: Buffer;
  readonly model: string;
  readonly read: (record: RecordMessage) => Read;
}

/**
 * Changes of a model's records, local and remote, for as long as the loop goes on: a connection that is lost is made
 * again, and `resync` says that something may have been missed meanwhile. Throws what is not a matter of time, such as
 * `not-found` for a library that was left.
 */
export async function* watchRecords<Read>(
  gateway: Pick<GatewayClient, 'watch'>,
  { libraryId, model, read, signal, outageMsMax = Number.POSITIVE_INFINITY }: Watched<Read>,
): AsyncGenerator<RecordEvent<Read>, never> {
  for (let failures = 0, heardMs = performance.now(); ; ) {
    let lost: unknown;
    try {
      for await (const event of gateway.watch({ libraryId, model }, signal === undefined ? {} : { signal })) {
        const { record, recordId, gap, local: isLocal } = event;
        [failures, heardMs] = [0, performance.now()];
        if (gap) yield { kind: 'resync' };
        else if (record !== undefined) yield { kind: 'put', record: read(record), isLocal };
        else yield { kind: 'gone', id: uuidFromBytes(recordId, 'record_id'), isLocal };
      }
      lost = new ShoalError('unavailable', 'the gateway ended the watch');
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== 'unavailable') throw error;
      lost = error;
    }
    failures += 1;
    const waitMs = backoffMs(failures);
    if (performance.now() + waitMs - heardMs > outageMsMax) throw lost;
    await pause(waitMs, signal);
  }
}
