/** Where a command writes: stdout for what was asked for, stderr for everything else. */
export interface Streams {
  readonly stdout: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
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
  /** Shows where long work stands, in place, on a terminal only; `undefined` clears it. */
  progress(text: string | undefined): void;
}

/** The output of one command. */
export function createOutput(options: { readonly isJson: boolean; readonly streams: Streams }): Output {
  const { isJson, streams } = options;
  const { stdout, stderr } = streams;
  let shown = '';
  const progress = (text: string | undefined) => {
    if (stderr.isTTY !== true || text === shown) return;
    stderr.write(`\r\u001b[K${text ?? ''}`);
    shown = text ?? '';
  };
  /** A line takes the place of what stands there as progress. */
  const writeLine = (stream: { write(text: string): unknown }, line: string) => {
    progress(undefined);
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
