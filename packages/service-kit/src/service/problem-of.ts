import type { ShoalError } from '@shoal/core';
import type { Problem } from '@shoal/proto';

/** What keeps a service from its work, for its status; undefined where nothing does. */
export function problemOf(service: string, failure: ShoalError | null): Problem | undefined {
  return failure === null ? undefined : { service, code: failure.code, message: failure.message };
}
