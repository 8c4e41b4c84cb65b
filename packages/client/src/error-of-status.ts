import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, ShoalError } from '@shoal/core';
import { errorFromMetadata } from '@shoal/proto';

/** What a status means that came without a code of ours: from the transport, or another program at the address. */
const codeByStatus: Partial<Record<status, ErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'invalid-argument',
  [status.NOT_FOUND]: 'not-found',
  [status.ALREADY_EXISTS]: 'already-exists',
  [status.RESOURCE_EXHAUSTED]: 'payload-too-large',
  [status.UNIMPLEMENTED]: 'version-mismatch',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.UNAVAILABLE]: 'unavailable',
  [status.CANCELLED]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'deadline-exceeded',
};

/** The error that a call failed with, as the gateway threw it: code, message and subject of the catalogue. */
export function errorOfStatus(error: unknown): ShoalError {
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new ShoalError('internal', message, {}, error);
  }
  const sent = errorFromMetadata((key) => error.metadata.get(key)[0]?.toString(), error.details);
  return sent ?? new ShoalError(codeByStatus[error.code] ?? 'internal', error.details, {}, error);
}

function isServiceError(error: unknown): error is ServiceError & { metadata: Metadata } {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}
