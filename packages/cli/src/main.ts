import { readCliConfig } from './config.ts';
import { watchEndAsked } from './end-asked.ts';
import { nestedHelp } from './nested-help.ts';
import { createProgram } from './program.ts';
import { reportFailure } from './show/report-failure.ts';
import { wantsJson } from './show/wants-json.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs `shoal` with these arguments and returns its exit code (docs/errors.md); 0 is success. */
export async function main(args: readonly string[]): Promise<number> {
  const config = readCliConfig();
  const surroundings: Surroundings = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    config,
    endAsked: watchEndAsked(config),
  };
  try {
    const program = createProgram(surroundings);
    await program.parseAsync(nestedHelp(program, args), { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, { stderr: process.stderr, isJson: wantsJson(args, config) });
  }
}

if (import.meta.main) {
  // A reader that went away (`shoal log | head`) is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  const code = await main(process.argv.slice(2));
  // Stdin may be open still, and would keep us. What was written before this is out when the callback runs.
  process.stdout.write('', () => process.exit(code));
}
