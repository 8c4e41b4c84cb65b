import { ShoalError } from '@shoal/core';

/**
 * Waits for an answer, but fails with `unavailable` as soon as the link goes or the caller gives up. `ask` is not
 * called if one of them is so already.
 */
export async function unlessGivenUp<Reply>(
  subject: string,
  link: AbortSignal | undefined,
  caller: AbortSignal | undefined,
  ask: () => Promise<Reply>,
): Promise<Reply> {
  if (link === undefined) throw new ShoalError('unavailable', `not connected: ${subject} was not asked`);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const lost = () => reject(new ShoalError('unavailable', `the connection went before ${subject} answered`));
  const givenUp = () => reject(new ShoalError('unavailable', `the caller gave ${subject} up`));
  link.addEventListener('abort', lost);
  caller?.addEventListener('abort', givenUp);
  try {
    if (caller?.aborted) givenUp();
    return await (caller?.aborted ? ended : Promise.race([ask(), ended]));
  } finally {
    link.removeEventListener('abort', lost);
    caller?.removeEventListener('abort', givenUp);
  }
}
