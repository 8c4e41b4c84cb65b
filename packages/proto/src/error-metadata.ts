import { type ErrorSubject, isErrorCode, ShoalError } from '@shoal/core';

const subjectKeys = [
  'field',
  'model',
  'record',
  'library',
  'device',
] as const satisfies (keyof ErrorSubject)[];
const valueLengthMax = 500;

/**
 * An error's code and subject as metadata of a gRPC status or headers of a bus message: `shoal-code`,
 * `shoal-field` and so on, percent-encoded, since a field name from outside may hold anything. The message travels
 * beside it; the cause stays here.
 */
export function errorToMetadata(error: ShoalError): ReadonlyMap<string, string> {
  const metadata = new Map([['shoal-code', error.code as string]]);
  for (const key of subjectKeys) {
    const value = error.subject[key];
    if (value === undefined) continue;
    metadata.set(`shoal-${key}`, encodeURIComponent(value.slice(0, valueLengthMax).toWellFormed()));
  }
  return metadata;
}

/** The error that `errorToMetadata` took apart, or undefined if the metadata names no code of the catalogue. */
export function errorFromMetadata(
  get: (key: string) => string | undefined,
  message: string,
): ShoalError | undefined {
  const code = get('shoal-code');
  if (code === undefined || !isErrorCode(code)) return undefined;
  const subject: { -readonly [Key in keyof ErrorSubject]: ErrorSubject[Key] } = {};
  for (const key of subjectKeys) {
    const value = get(`shoal-${key}`);
    if (value !== undefined) subject[key] = decode(value);
  }
  return new ShoalError(code, message, subject);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not encoded by us: shown as it came.
    return value;
  }
}
