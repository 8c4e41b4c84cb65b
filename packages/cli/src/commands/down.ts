import { readHome } from '@shoal/service-kit';
import type { Command } from 'commander';
import { stopDevice } from '../background/stop-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal down`: stops a device, however it was started, and waits until nothing of it runs. */
export function addDownCommand(program: Command, surroundings: Surroundings): void {
  addCommand(program, 'down', 'stop this device, and wait until it has stopped')
    .addHelpText('after', helpExamples('down', 'down --home a --json'))
    .action(async (options: CommonOptions) => {
      const output = outputOf(surroundings, options);
      const home = await readHome(options.home);
      output.progress('stopping');
      const pid = await stopDevice(home);
      const { dir } = home.paths;
      output.result({ home: dir, wasRunning: pid !== undefined, pid: pid ?? null }, () =>
        pid === undefined ? `nothing runs on ${dir}` : `the device in ${dir} has stopped (process ${pid})`,
      );
    });
}
