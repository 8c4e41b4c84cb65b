import { initHome } from '@shoal/service-kit';
import type { Command } from 'commander';
import { parseInteger } from '../ask/parse-argument.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { requireHomeFolder } from '../require-home-folder.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface InitOptions extends CommonOptions {
  readonly name?: string;
  readonly natsPort: string;
  readonly grpcPort: string;
  readonly httpPort: string;
  readonly models?: string;
}

/** `shoal init`: makes a device in a folder. */
export function addInitCommand(program: Command, surroundings: Surroundings): void {
  addCommand(program, 'init', 'make this folder the home of a new device')
    .option('--name <name>', 'name of the device, for people (default: the name of the host)')
    .option('--nats-port <port>', 'port of its nats-server; 0: any free one', '0')
    .option('--grpc-port <port>', 'port of its gateway for gRPC; 0: any free one', '0')
    .option('--http-port <port>', 'port of its gateway for HTTP; 0: any free one', '0')
    .option('--models <file>', 'a module with models of your own (default: the built-in ones)')
    .addHelpText('after', helpExamples('init', 'init --name laptop --home ~/shoal', 'init --http-port 7480'))
    .action(async (options: InitOptions) => {
      const port = (text: string, field: string) => parseInteger(text, field, { min: 0, max: 65_535 });
      await requireHomeFolder(options.home);
      const models = options.models === undefined ? null : await modelsPath(options.models);
      const { config, paths } = await initHome({
        dir: options.home,
        ...(options.name === undefined ? {} : { name: options.name }),
        models,
        ports: {
          nats: port(options.natsPort, 'nats-port'),
          grpc: port(options.grpcPort, 'grpc-port'),
          http: port(options.httpPort, 'http-port'),
        },
      });
      outputOf(surroundings, options).result(
        { deviceId: config.deviceId, name: config.name, home: paths.dir },
        () => `device ${config.name} (${config.deviceId}) lives in ${paths.dir}`,
      );
    });
}

/** Models take a moment to load: only where there are own ones. */
async function modelsPath(file: string): Promise<string> {
  const { readOwnModels } = await import('../ask/own-models.ts');
  return (await readOwnModels(file)).path;
}
