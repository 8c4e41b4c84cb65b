import type { Command } from 'commander';
import { planDemo } from '../demo/demo-options.ts';
import { runDemo } from '../demo/run-demo.ts';
import { helpExamples } from '../help-examples.ts';
import { addSettingFlags } from '../settings/settle-settings.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface DemoOptions {
  readonly home?: string;
  readonly devices: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/**
 * `shoal demo`: the main job, what `npm start` runs. With --json the last line of stdout is one object, and what is
 * for people goes to stderr.
 */
export function addDemoCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('demo [path]')
    .summary('index a folder on one of several devices and keep them all the same')
    .description(
      'a hub and some devices on this machine: index a folder, tag files, end up with the same data',
    )
    .option('--home <dir>', 'where they live (default: ~/.shoal-demo); used again at the next start')
    .option('--devices <count>', 'how many devices', '2')
    .option('--once', 'end when all devices have the same data')
    .option('--json', 'one JSON object as the last line of stdout');
  addSettingFlags(command, 'json', 'colour', 'natsServer', 'logLevel', 'relayMs')
    .addHelpText(
      'after',
      helpExamples('demo', 'demo ~/pictures --devices 3', 'demo ~/pictures --once --json --home /tmp/demo'),
    )
    .action(async (path: string | undefined, options: DemoOptions) => {
      const ending = surroundings.endAsked();
      const plan = await planDemo({ path, ...options });
      const output = outputOf(surroundings, options);
      await runDemo({ plan, config: surroundings.config, output, ending });
    });
}
