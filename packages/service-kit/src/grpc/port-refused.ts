import { ShoalError } from '@shoal/core';

/**
 * Why a port of 127.0.0.1 cannot be listened on, with the setting that names it: `port-taken` where another program has
 * it, else `unavailable`.
 */
export function portRefused(setting: string, port: number, cause?: unknown): ShoalError {
  const reason = cause instanceof Error ? cause.message : '';
  if (cause === undefined || reason.includes('EADDRINUSE')) {
    const message = `port ${port} is taken by another program: end it, or write another port, or 0 for any free one, into "${setting}" of config.json`;
    return new ShoalError('port-taken', message, { field: setting }, cause);
  }
  const message = `port ${port} of "${setting}" in config.json cannot be listened on: ${reason}`;
  return new ShoalError('unavailable', message, { field: setting }, cause);
}
