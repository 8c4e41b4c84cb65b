import { createSpacedLines } from '../progress/spaced-lines.ts';
import { fitText } from './display-width.ts';

/** Where a command writes: stdout for what was asked for, stderr for everything else. */
export interface Streams {
  readonly stdout: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

/**
 * What a command has to say. With `--json` stdout carries one JSON value (or, where a command documents it, JSON
 * lines) and nothing else; what is meant for people goes to stderr then.
 */
export interface Output {
  readonly isJson: boolean;
  /** The result: `value` with `--json`, else the lines of `text`. */
  result(value: unknown, text: () => string | readonly string[]): void;
  /** A line for people. */
  note(line: string): void;
  /** A line on stdout whatever the mode; for results that are lines by themselves. */
  line(line: string): void;
  /**
   * Shows on stderr where long work stands; `undefined`: it ended. On a terminal in place; elsewhere as lines at a growing
   * distance, and with `--json` not at all.
   */
  progress(text: string | undefined): void;
}

/** The output of one command. */
export function createOutput(options: {
  readonly isJson: boolean;
  readonly streams: Streams;
  /** A clock that only goes on. */
  readonly nowMs?: () => number;
}): Output {
  const { isJson, streams, nowMs = () => performance.now() } = options;
  const { stdout, stderr } = streams;
  const lines = createSpacedLines((line) => stderr.write(`${line}\n`), nowMs);
  let shown = '';
  const progress = (text: string | undefined) => {
    if (isJson) return;
    if (stderr.isTTY === true) inPlace(text ?? '');
    else if (text === undefined) lines.reset();
    else lines.offer(text);
  };
  const inPlace = (text: string) => {
    // Wider than the terminal it would not stay in its place.
    const fitted = fitText(text, (stderr.columns || 80) - 1);
    if (fitted === shown) return;
    stderr.write(`\r\u001b[K${fitted}`);
    shown = fitted;
  };
  /** A line takes the place of what stands there as progress. */
  const writeLine = (stream: { write(text: string): unknown }, line: string) => {
    if (stderr.isTTY === true) inPlace('');
    stream.write(`${line}\n`);
  };
  return {
    isJson,
    result: (value, text) => {
      if (isJson) return writeLine(stdout, JSON.stringify(value));
      const lines = text();
      for (const line of typeof lines === 'string' ? [lines] : lines) writeLine(stdout, line);
    },
    note: (line) => writeLine(isJson ? stderr : stdout, line),
    line: (line) => writeLine(stdout, line),
    progress,
  };
}
