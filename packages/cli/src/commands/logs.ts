import { setTimeout as delay } from 'node:timers/promises';
import { type HomePaths, readHome } from '@shoal/service-kit';
import { Argument, type Command } from 'commander';
import { parseInteger } from '../ask/parse-argument.ts';
import { type LogName, logNames } from '../background/log-files.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { formatLine, jsonOfLine } from '../logs/format-line.ts';
import type { LogLine } from '../logs/log-line.ts';
import { readLastLines, readNews } from '../logs/read-logs.ts';
import { paintFor } from '../show/paint.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly lines: string;
}

/** How often the logs are looked at while they are followed. */
const lookMs = 250;
const linesMax = 100_000;

/** `shoal logs [SERVICE]`: what the processes of a device say, also while it is stopped. With --json JSON lines. */
export function addLogsCommand(program: Command, surroundings: Surroundings): void {
  addCommand(program, 'logs', 'what the processes of this device say; with --json as JSON lines')
    .addArgument(new Argument('[service]', 'of one of them').choices([...logNames]))
    .option('--follow', 'go on with what they say from now on, until Ctrl-C')
    .option('--lines <count>', 'so many of the last lines', '50')
    .addHelpText('after', helpExamples('logs', 'logs ingest --lines 200', 'logs --follow --lines 0'))
    .action(async (service: LogName | undefined, options: LogsOptions) => {
      const count = parseInteger(options.lines, 'lines', { min: 0, max: linesMax });
      const { paths } = await readHome(options.home);
      const names = service === undefined ? logNames : [service];
      const output = outputOf(surroundings, options);
      const paint = paintFor(surroundings.stdout);
      const show = (lines: readonly LogLine[]) => {
        for (const line of lines) output.line(output.isJson ? jsonOfLine(line) : formatLine(line, paint));
      };
      const { lines, positions } = await readLastLines(paths, names, count);
      show(lines);
      if (options.follow === true) await follow(paths, { positions, show, ending: surroundings.endAsked() });
    });
}

async function follow(
  paths: HomePaths,
  options: {
    readonly positions: Awaited<ReturnType<typeof readLastLines>>['positions'];
    readonly show: (lines: readonly LogLine[]) => void;
    readonly ending: Promise<string>;
  },
): Promise<void> {
  const { show } = options;
  let { positions } = options;
  let isEnding = false;
  const ending = options.ending.then(() => {
    isEnding = true;
  });
  while (!isEnding) {
    const news = await readNews(paths, positions);
    show(news.lines);
    ({ positions } = news);
    if (news.lines.length === 0) await Promise.race([delay(lookMs), ending]);
  }
}
