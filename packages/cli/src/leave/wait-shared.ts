import type { GatewayClient } from '@shoal/client';
import { asShoalError, limits, ShoalError } from '@shoal/core';
import { counted } from '../show/counted.ts';
import { pause } from '../supervisor/pause.ts';

export interface WaitSharedOptions {
  readonly gateway: Pick<GatewayClient, 'getStatus'>;
  readonly libraryId: Buffer;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly onWaiting: (what: string) => void;
  readonly waitMs?: number;
  readonly lookMs?: number;
}

/**
 * Waits a moment until all that was written on this device is known to be with another one: nothing in the outbox, no
 * position of its own that no peer has. Throws `not-shared`, saying how much is not, `interrupted` when aborted.
 */
export async function waitShared(options: WaitSharedOptions): Promise<void> {
  const { gateway, libraryId, name, signal, onWaiting, waitMs = limits.shareWaitMs, lookMs = 200 } = options;
  const untilMs = performance.now() + waitMs;
  for (;;) {
    const missing = await missingOf(gateway, libraryId);
    if (missing === undefined) return;
    if (signal.aborted) throw new ShoalError('interrupted', `library ${name} is not left`);
    if (performance.now() > untilMs) {
      throw new ShoalError('not-shared', `library ${name}: ${missing}`, { field: 'force' });
    }
    onWaiting(missing);
    await pause(lookMs, signal);
  }
}

/** What is not known to be shared, for people; undefined: nothing. A service that does not answer leaves it unknown. */
async function missingOf(
  gateway: Pick<GatewayClient, 'getStatus'>,
  libraryId: Buffer,
): Promise<string | undefined> {
  try {
    const { capture, log, unreachable } = await gateway.getStatus({ libraryId });
    if (capture === undefined || log === undefined) return `${unreachable.join(' and ')} does not answer`;
    const missing = [
      ...(capture.outbox > 0
        ? [`${counted(capture.outbox, 'change waits', 'changes wait')} in the outbox`]
        : []),
      ...(log.unshared > 0
        ? [
            `${counted(log.unshared, 'change of this device is', 'changes of this device are')} on no other device as far as is known`,
          ]
        : []),
    ];
    return missing.length === 0 ? undefined : missing.join(', ');
  } catch (error) {
    // Such as a library that is still being opened.
    if (asShoalError(error).retryable) return asShoalError(error).message;
    throw error;
  }
}
