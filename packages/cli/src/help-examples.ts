/** What stands above the examples in the help of a command. */
export const examplesHeading = 'Examples:';

/**
 * The examples of a command, for `addHelpText('after', …)`: lines as they are typed, without `shoal` before them.
 * A test reads them from the help and parses each with the program.
 */
export function helpExamples(...lines: readonly string[]): string {
  return ['', examplesHeading, ...lines.map((line) => `  shoal ${line}`)].join('\n');
}
