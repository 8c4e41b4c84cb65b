import { asShoalError, errorCatalogue } from '@shoal/core';

/** How a check came out: as it should be; worth a look; keeps the device from working as it should. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** What one check found. */
export interface Finding {
  /** `rights`, `port`, `outbox`. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null;
  /** The library that it is about, by name; null: the device. */
  readonly library: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, remedy: null, library: null };
}

export function warn(check: string, found: string, remedy: string): Finding {
  return { check, verdict: 'warn', found, remedy, library: null };
}

export function fail(check: string, found: string, remedy: string): Finding {
  return { check, verdict: 'fail', found, remedy, library: null };
}

/** The same, about a library. */
export function ofLibrary(library: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, library }));
}

/** What a check finds; a failure of the check is what it found, with the remedy of its code. */
export async function attempt(
  check: string,
  look: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const { code, message } = asShoalError(error);
    return [fail(check, `${code}: ${message}`, errorCatalogue[code].remedy)];
  }
}
