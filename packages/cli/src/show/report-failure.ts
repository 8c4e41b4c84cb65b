import { asShoalError, type ErrorCode, errorCatalogue } from '@shoal/core';
import { CommanderError } from 'commander';
import type { Streams } from './output.ts';

/** A failure as `--json` tells it, and as it is told to people. */
export interface Failure {
  readonly code: ErrorCode;
  /** On one line; names what it is about. */
  readonly message: string;
  /** The field, argument or option that it is about, where one is. */
  readonly field?: string;
  /** What to do: from the catalogue, but for usage that commander refuses. */
  readonly remedy: string;
  readonly exitCode: number;
}

export interface ReportTo {
  readonly stderr: Streams['stderr'];
  readonly isJson: boolean;
}

/**
 * Says on stderr why a command failed: `code: message` and below it what to do, or with `--json` one object. A bug
 * shows its stack to people. Returns the exit code of the error catalogue; 0 for what commander throws for `--help`.
 */
export function reportFailure(error: unknown, { stderr, isJson }: ReportTo): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const failure = describeFailure(error);
  if (isJson) stderr.write(`${JSON.stringify(failure)}\n`);
  else for (const line of failureLines(failure, stackOf(error))) stderr.write(`${line}\n`);
  return failure.exitCode;
}

/** What a failure says, as JSON. What has no code is a bug. */
export function describeFailure(error: unknown): Failure {
  const { code, message, field } = error instanceof CommanderError ? usageOf(error) : knownOf(error);
  const { remedy: known, exitCode } = errorCatalogue[code];
  const remedy = error instanceof CommanderError ? usageRemedy : known;
  return { code, message, ...(field === undefined ? {} : { field }), remedy, exitCode };
}

/** A failure for people. A message that names the command to run says what to do better than the catalogue can. */
export function failureLines(
  { code, message, remedy }: Pick<Failure, 'code' | 'message' | 'remedy'>,
  stack?: string | undefined,
): string[] {
  const bug = code === 'internal' && stack !== undefined ? [stack] : [];
  return [`${code}: ${message}`, ...bug, ...(message.includes('`shoal ') ? [] : [`  ${remedy}`])];
}

const usageRemedy = '`shoal help` lists the commands, `shoal help COMMAND` says what one takes.';

function knownOf(error: unknown) {
  const { code, message, subject } = asShoalError(error);
  return { code, message, field: subject.field };
}

/** Commander tells what is wrong with the usage in its own words, some of it on a second line. */
function usageOf(error: CommanderError) {
  const text = error.code === 'commander.help' ? 'expected a command' : error.message;
  const message = text
    .replace(/^error: /, '')
    .replace(
      wrongChoice,
      (_, found: string, name: string, words: string) =>
        `"${name}": expected one of ${words}, found "${found}"`,
    )
    .replaceAll('\n', ' ');
  const [, field] = /['"](?:-\w, )?(?:--)?([\w-]+)/.exec(message) ?? [];
  return { code: 'invalid-argument' as const, message, field };
}

const wrongChoice =
  /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/;

function stackOf(error: unknown): string | undefined {
  const { cause, stack } = asShoalError(error);
  return (cause instanceof Error ? cause.stack : undefined) ?? stack;
}
