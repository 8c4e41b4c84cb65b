import { errors } from '@nats-io/nats-core';
import { ShoalError } from '@shoal/core';

/** A failure of a request over NATS by its code in the catalogue. */
export function requestFailure(error: unknown, subject: string): ShoalError {
  if (error instanceof ShoalError) return error;
  if (error instanceof errors.TimeoutError) {
    return new ShoalError('deadline-exceeded', `${subject} did not answer in time`, {}, error);
  }
  if (error instanceof errors.NoRespondersError || isNoResponders(error)) {
    return new ShoalError('unavailable', `nobody serves ${subject}`, {}, error);
  }
  return new ShoalError('unavailable', `${subject} could not be asked: ${messageOf(error)}`, {}, error);
}

/** Whether a server refused the credentials: trying again will not help. */
export function isRefused(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNoResponders(error: unknown): boolean {
  return error instanceof errors.RequestError && error.isNoResponders();
}
