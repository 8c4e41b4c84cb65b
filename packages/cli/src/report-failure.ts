import { asShoalError, errorCatalogue } from '@shoal/core';
import { CommanderError } from 'commander';
import type { Streams } from './output.ts';

/**
 * Says on stderr why a command failed, as `code: message` and, on a terminal, what to do; returns the exit code of the
 * error catalogue. A bug shows its stack.
 */
export function reportFailure(error: unknown, stderr: Streams['stderr']): number {
  if (error instanceof CommanderError) return reportUsage(error, stderr);
  const { code, message, cause, stack } = asShoalError(error);
  const { remedy, exitCode } = errorCatalogue[code];
  stderr.write(`${code}: ${message}\n`);
  if (code === 'internal') stderr.write(`${(cause instanceof Error && cause.stack) || stack}\n`);
  else if (stderr.isTTY === true) stderr.write(`  ${remedy}\n`);
  return exitCode;
}

/** Commander throws for `--help` too; that is no failure. */
function reportUsage(error: CommanderError, stderr: Streams['stderr']): number {
  if (error.exitCode === 0) return 0;
  const message = error.message.replace(/^error: /, '');
  const isShown = error.code === 'commander.help';
  stderr.write(`invalid-argument: ${isShown ? 'expected a command' : message}\n`);
  return errorCatalogue['invalid-argument'].exitCode;
}
