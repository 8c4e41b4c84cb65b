import { type ErrorCode, errorCatalogue } from './catalogue.ts';

/** What an error is about. Names only: never a payload, never a key. */
export interface ErrorSubject {
  readonly field?: string;
  readonly model?: string;
  readonly record?: string;
  readonly library?: string;
  readonly device?: string;
}

/**
 * A failure with a code of the catalogue. The message says what was expected and what was found;
 * `subject` names the field, record, library or device that it is about.
 */
export class ShoalError extends Error {
  readonly code: ErrorCode;
  readonly subject: ErrorSubject;

  constructor(code: ErrorCode, message: string, subject: ErrorSubject = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ShoalError';
    this.code = code;
    this.subject = subject;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }
}

/** Whether `text` is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}

/** `error` as it is, or wrapped as a bug. */
export function asShoalError(error: unknown): ShoalError {
  if (error instanceof ShoalError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ShoalError('internal', message, {}, error);
}

/**
 * A failure told by who knows more of what it is about: what its subject does not name yet is taken from `subject`.
 * Anything but a ShoalError is given back as it is: a bug, or a failure of the world that has no code yet.
 */
export function errorAbout<T>(error: T, subject: ErrorSubject): T | ShoalError {
  if (!(error instanceof ShoalError)) return error;
  return new ShoalError(error.code, error.message, { ...subject, ...error.subject }, error);
}

/** Asserts what only a bug can break. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new ShoalError('internal', message);
}

/** The end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new ShoalError('internal', `unreachable: ${JSON.stringify(value)}`);
}
