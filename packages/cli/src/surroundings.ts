import type { Readable } from 'node:stream';
import type { CliConfig } from './config.ts';
import { createOutput, type Output, type Streams } from './show/output.ts';

/** What a command gets from the process that it runs in; tests give their own. */
export interface Surroundings extends Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly config: CliConfig;
  /** Resolves when somebody asked the process to end: SIGINT or SIGTERM. */
  readonly endAsked: () => Promise<string>;
}

/** The output of a command, as its options say. */
export function outputOf(surroundings: Surroundings, options: { readonly json?: boolean }): Output {
  return createOutput({ isJson: options.json === true, streams: surroundings });
}
