import { ShoalError } from '@shoal/core';
import { expect } from 'vitest';

/** What `work` is refused with: a ShoalError that names a field (SEC-5); undefined where it is not refused. */
export function refusal(work: () => unknown): ShoalError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ShoalError);
    const refused = error as ShoalError;
    expect(refused.code).toBe('malformed-message');
    expect(refused.subject.field).toBeTypeOf('string');
    return refused;
  }
}

/** Expects a refusal that names `field`. */
export function expectRefused(field: string, work: () => unknown): void {
  expect(refusal(work)?.subject.field).toBe(field);
}
