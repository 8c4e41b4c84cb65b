import { writeFileSync } from 'node:fs';
import { errorCatalogue } from '@shoal/core';

/** The text of docs/errors.md: the error catalogue as a table, in the order of the catalogue. */
export function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { meaning, remedy, retryable, exitCode }]) =>
      `| \`${code}\` | ${meaning} | ${remedy} | ${retryable ? 'yes' : 'no'} | ${exitCode} |`,
  );
  return [
    '# Errors',
    '',
    'Every failure that Shoal reports has one of these codes: over gRPC in the metadata `shoal-code`, on the command',
    'line as `code: message` on stderr, with what to do below it, and the exit code of the last column. With `--json`',
    'stderr ends with one object instead: `code`, `message`, `field` where one is meant, `remedy`, `exitCode`. A failure',
    'that may pass by itself is marked as worth trying again. This page is written by `npm run docs` from the catalogue',
    'in [`packages/core`](../packages/core/src/errors/catalogue.ts); a test compares the two.',
    '',
    'Exit codes beside these: 0 is success, and also the end of `up`, `hub`, `demo` and `status --watch` that somebody',
    'asked for; 130 is Ctrl-C before a command had done what it was for.',
    '',
    '| code | what it means | what to do | try again | exit code |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
