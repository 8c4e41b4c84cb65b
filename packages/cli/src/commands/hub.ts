import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { parseInteger } from '../ask/parse-argument.ts';
import { helpExamples } from '../help-examples.ts';
import { addSettingFlags } from '../settings/settle-settings.ts';
import { describeEvent } from '../show/describe-event.ts';
import { superviseHub } from '../supervisor/supervise-hub.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface HubOptions {
  readonly dir?: string;
  readonly home?: string;
  readonly listen?: string;
  readonly json?: boolean;
}

/** `shoal hub`: runs a hub until it is asked to end. With --json one object when it is ready. */
export function addHubCommand(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('hub')
    .summary('run a hub, where devices meet, until Ctrl-C')
    .description('run a hub, where devices meet, until Ctrl-C; writes hub.json for `library create --hub`')
    .option('--dir <dir>', 'folder of the hub')
    .option('--home <dir>', 'the same as --dir')
    .option('--listen <host:port>', 'where devices join; on the loopback (default: as at the last start)')
    .option('--json', 'one JSON value on stdout');
  addSettingFlags(command, 'json', 'colour', 'natsServer')
    .addHelpText('after', helpExamples('hub --dir hub', 'hub --dir hub --listen 127.0.0.1:7422'))
    .action(async (options: HubOptions) => {
      const output = outputOf(surroundings, options);
      const ending = surroundings.endAsked();
      const running = await superviseHub({
        dir: requireFolder(options),
        ...(options.listen === undefined ? {} : { listen: parseListen(options.listen) }),
        config: surroundings.config,
        onEvent: (event) => {
          const line = describeEvent(event);
          if (line !== undefined) output.note(line);
        },
      });
      try {
        const { file, hub } = running;
        output.result({ hub: hub.url, file }, () => `hub ${hub.url} runs; its file for devices: ${file}`);
        output.note(`stopping: ${await ending}`);
      } finally {
        await running.stop();
      }
    });
}

function requireFolder({ dir, home }: HubOptions): string {
  const folder = dir ?? home;
  if (folder !== undefined) return folder;
  throw new ShoalError('invalid-argument', 'required option --dir DIR is not given', { field: 'dir' });
}

/** Leaves are not encrypted yet, so nothing beyond this machine is let in (SEC-4). */
function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(127\.0\.0\.1|localhost):(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    throw new ShoalError('invalid-argument', `"listen": expected 127.0.0.1:PORT, found "${text}"`, {
      field: 'listen',
    });
  }
  return { host: '127.0.0.1', port: parseInteger(port, 'listen', { min: 0, max: 65_535 }) };
}
