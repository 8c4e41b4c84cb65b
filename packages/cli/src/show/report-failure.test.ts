import { ShoalError } from '@shoal/core';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { reportFailure } from './report-failure.ts';

function report(error: unknown, isJson = false) {
  let written = '';
  const stderr = {
    write: (text: string) => {
      written += text;
    },
  };
  const exitCode = reportFailure(error, { stderr, isJson });
  return { exitCode, written };
}

const missing = new ShoalError('not-found', 'no library is called "x"; there is y', { field: 'library' });

test('a failure is its code and message, and below them what to do', () => {
  expect(report(missing)).toEqual({
    exitCode: 4,
    written:
      'not-found: no library is called "x"; there is y\n' +
      '  List what there is; it may also not have arrived yet.\n',
  });
});

test('with --json a failure is one object on one line of stderr', () => {
  const { exitCode, written } = report(missing, true);
  expect(exitCode).toBe(4);
  expect(written.trimEnd()).not.toContain('\n');
  expect(JSON.parse(written)).toEqual({
    code: 'not-found',
    message: 'no library is called "x"; there is y',
    field: 'library',
    remedy: 'List what there is; it may also not have arrived yet.',
    exitCode: 4,
  });
});

test('wrong usage names the argument or option, on one line, in either form', () => {
  const unknown = new CommanderError(
    1,
    'commander.unknownOption',
    "error: unknown option '--jsn'\n(Did you mean --json?)",
  );
  expect(report(unknown).written).toMatch(
    /^invalid-argument: unknown option '--jsn' \(Did you mean --json\?\)\n/,
  );
  expect(JSON.parse(report(unknown, true).written)).toMatchObject({ field: 'jsn', exitCode: 2 });
  const missing = new CommanderError(
    1,
    'commander.missingArgument',
    "error: missing required argument 'name'",
  );
  expect(JSON.parse(report(missing, true).written)).toMatchObject({ field: 'name' });
});

test('a value that is none of the choices is told as other wrong values are', () => {
  const wrong = new CommanderError(
    1,
    'commander.invalidArgument',
    "error: command-argument value 'x' is invalid for argument 'shell'. Allowed choices are bash, zsh.",
  );
  expect(JSON.parse(report(wrong, true).written)).toMatchObject({
    message: '"shell": expected one of bash, zsh, found "x"',
    field: 'shell',
  });
});

test('what to do is said once: by the message where it names a command, and for wrong usage by the help', () => {
  const none = new ShoalError('not-found', 'no device lives in /a: make one with `shoal init`');
  expect(report(none).written).toBe(`not-found: ${none.message}\n`);
  expect(JSON.parse(report(none, true).written)).toHaveProperty('remedy');
  const usage = new CommanderError(1, 'commander.unknownCommand', "error: unknown command 'x'");
  expect(report(usage).written).toContain('shoal help');
});

test('a bug shows its stack to people, and ends with 1; help is no failure', () => {
  const { exitCode, written } = report(new TypeError('no such thing'));
  expect(exitCode).toBe(1);
  expect(written).toMatch(/^internal: no such thing\nTypeError: no such thing\n {4}at /);
  const help = new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
  expect(report(help)).toEqual({ exitCode: 0, written: '' });
});
