import { listLibraries } from '@shoal/service-kit';
import type { Command } from 'commander';
import { describeEvent } from '../describe-event.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { superviseDevice } from '../supervisor/supervise-device.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal up`: runs a device until it is asked to end. With --json one object when all services are ready. */
export function addUpCommand(program: Command, surroundings: Surroundings): void {
  addCommand(program, 'up', 'run this device: its nats-server and its four services, until Ctrl-C')
    .option('--in-process', 'the four services in this process instead of four of their own')
    .addHelpText('after', helpExamples('up', 'up --home a --in-process'))
    .action(async (options: CommonOptions & { readonly inProcess?: boolean }) => {
      const output = outputOf(surroundings, options);
      const ending = surroundings.endAsked();
      output.progress('starting');
      const device = await superviseDevice({
        home: options.home,
        config: surroundings.config,
        isInProcess: options.inProcess === true,
        onEvent: (event) => {
          const line = describeEvent(event);
          if (line !== undefined) output.note(line);
        },
      });
      try {
        const { paths, config } = device.home;
        const addresses = await device.addresses();
        const libraries = await listLibraries(paths);
        output.result(
          {
            device: { id: config.deviceId, name: config.name },
            home: paths.dir,
            ...addresses,
            libraries: libraries.map(({ libraryId, name }) => ({ id: libraryId, name })),
          },
          () => [
            `device ${config.name} (${config.deviceId}) runs; home ${paths.dir}`,
            `  gRPC ${addresses.grpc}, HTTP http://${addresses.http}/health; logs in ${paths.logs}`,
            libraries.length === 0
              ? '  no library yet: `shoal library create NAME` or `shoal library join FILE`'
              : `  libraries: ${libraries.map(({ name }) => name).join(', ')}`,
          ],
        );
        output.note(`stopping: ${await ending}`);
      } finally {
        await device.stop();
      }
    });
}
