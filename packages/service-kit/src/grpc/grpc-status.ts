import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { type ErrorCode, ShoalError } from '@shoal/core';
import { errorToMetadata } from '@shoal/proto';

const statusByCode: Readonly<Record<ErrorCode, status>> = {
  'invalid-argument': status.INVALID_ARGUMENT,
  'unknown-model': status.INVALID_ARGUMENT,
  'unknown-field': status.INVALID_ARGUMENT,
  'missing-reference': status.FAILED_PRECONDITION,
  'unique-taken': status.ALREADY_EXISTS,
  'already-set': status.FAILED_PRECONDITION,
  'not-captured': status.INVALID_ARGUMENT,
  'changed-since': status.ABORTED,
  'payload-too-large': status.INVALID_ARGUMENT,
  'not-a-folder': status.INVALID_ARGUMENT,
  'already-exists': status.ALREADY_EXISTS,
  'not-found': status.NOT_FOUND,
  'not-owner': status.PERMISSION_DENIED,
  'incomplete-record': status.FAILED_PRECONDITION,
  'schema-not-agreed': status.FAILED_PRECONDITION,
  'invalid-model': status.FAILED_PRECONDITION,
  unauthenticated: status.UNAUTHENTICATED,
  'home-in-use': status.FAILED_PRECONDITION,
  'home-elsewhere': status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  'missing-dependency': status.FAILED_PRECONDITION,
  'malformed-message': status.INVALID_ARGUMENT,
  'unsealing-failed': status.DATA_LOSS,
  'version-mismatch': status.FAILED_PRECONDITION,
  'storage-failed': status.INTERNAL,
  'disk-full': status.RESOURCE_EXHAUSTED,
  'read-only': status.INTERNAL,
  'port-taken': status.FAILED_PRECONDITION,
  'location-unavailable': status.FAILED_PRECONDITION,
  'damaged-file': status.DATA_LOSS,
  'not-shared': status.FAILED_PRECONDITION,
  'check-failed': status.FAILED_PRECONDITION,
  interrupted: status.CANCELLED,
  internal: status.INTERNAL,
};

/**
 * An error as a gRPC status: the nearest status for those who know only gRPC, the code and subject of the catalogue
 * in `shoal-code`, `shoal-field` and so on for clients of ours. The cause and its stack stay on this side.
 */
export function statusOf(error: ShoalError): StatusObject {
  const metadata = new Metadata();
  for (const [key, value] of errorToMetadata(error)) metadata.set(key, value);
  return { code: statusByCode[error.code], details: error.message.toWellFormed(), metadata };
}

/** The status of a call without token, or with a wrong one. */
export function unauthenticatedStatus(): StatusObject {
  const message = 'expected "authorization: Bearer TOKEN" with the token of this home';
  return statusOf(new ShoalError('unauthenticated', message, { field: 'authorization' }));
}
