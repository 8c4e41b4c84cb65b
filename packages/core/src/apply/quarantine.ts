import { errorCatalogue } from '../errors/catalogue.ts';
import type { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';

/**
 * Whether what kept an entry from being applied may pass by itself (ING-3): a key that is not here yet, storage, or what
 * else lay in the library then. What does not open under a key that is here, or breaks its model, stays as it is until
 * another program or a person looks at it.
 */
export function mayPass({ code, subject }: Pick<ShoalError, 'code' | 'subject'>): boolean {
  if (code === 'unsealing-failed') return subject.field === 'key_id';
  return code === 'internal' || errorCatalogue[code].retryable;
}

/**
 * How long an entry that was tried `attempts` times, 1 or more, rests before it is tried again by itself, in ms: twice as
 * long each time, up to `quarantineRestCapMs`. Without jitter: nobody but this device is asked.
 */
export function quarantineRestMs(attempts: number): number {
  return Math.min(limits.quarantineRestCapMs, limits.quarantineRestBaseMs * 2 ** Math.min(attempts - 1, 30));
}
