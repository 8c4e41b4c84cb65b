import { resolve } from 'node:path';
import { ShoalError } from '@shoal/core';
import { type Home, listLibraries, readHome, readServiceRun } from '@shoal/service-kit';
import type { Command } from 'commander';
import { supervisorLogFile } from '../background/log-files.ts';
import { startDetached } from '../background/start-detached.ts';
import { logChildEvent, openSupervisorLog } from '../background/supervisor-log.ts';
import { removeSupervisorRun, writeSupervisorRun } from '../background/supervisor-run.ts';
import { exportSettings } from '../config.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { addSettingFlags } from '../settings/settle-settings.ts';
import { describeEvent } from '../show/describe-event.ts';
import { superviseDevice } from '../supervisor/supervise-device.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface UpOptions extends CommonOptions {
  readonly inProcess?: boolean;
  readonly detach?: boolean;
  readonly config?: string;
}

/** `shoal up`: runs a device until it is asked to end, or in the background. With --json one object when it is ready. */
export function addUpCommand(program: Command, surroundings: Surroundings): void {
  const command = addCommand(
    program,
    'up',
    'run this device: its nats-server and its four services, until Ctrl-C',
  );
  addSettingFlags(command, 'natsServer', 'logLevel', 'relayMs')
    .option('--in-process', 'the four services in this process instead of four of their own')
    .option('--detach', 'in the background: end as soon as it is ready; `shoal down` stops it')
    .addHelpText('after', helpExamples('up', 'up --detach', 'up --home a --in-process'))
    .action((options: UpOptions) =>
      options.detach === true ? detach(options, surroundings) : run(options, surroundings),
    );
}

async function run(options: UpOptions, surroundings: Surroundings): Promise<void> {
  const output = outputOf(surroundings, options);
  const { config } = surroundings;
  const ending = surroundings.endAsked();
  const { paths } = await readHome(options.home);
  const log = openSupervisorLog(supervisorLogFile(paths), config.environment.SHOAL_LOG_LEVEL || undefined);
  if (options.inProcess === true) exportSettings(config);
  output.progress('starting');
  const device = await superviseDevice({
    home: options.home,
    config,
    isInProcess: options.inProcess === true,
    onEvent: (event) => {
      logChildEvent(log, event);
      const line = describeEvent(event);
      if (line !== undefined) output.note(line);
    },
  });
  try {
    const running = await describeRunning(device.home);
    await writeSupervisorRun(paths);
    log.info({ home: paths.dir }, 'device ready');
    output.result(running, () => runningLines(running, paths.logs));
    const reason = await ending;
    log.info({ reason }, 'stopping');
    output.note(`stopping: ${reason}`);
  } finally {
    await removeSupervisorRun(paths);
    await device.stop();
  }
}

async function detach(options: UpOptions, surroundings: Surroundings): Promise<void> {
  const output = outputOf(surroundings, options);
  const home = await readHome(options.home);
  const { environment } = surroundings.config;
  output.progress('starting');
  const starting = startDetached({
    home,
    flags: options.inProcess === true ? ['--in-process'] : [],
    environment:
      options.config === undefined ? environment : { ...environment, SHOAL_CONFIG: resolve(options.config) },
  });
  const asked = surroundings.endAsked().then(() => {
    throw new ShoalError(
      'interrupted',
      'the device goes on starting in the background: `shoal down` stops it',
    );
  });
  const { pid, wasRunning } = await Promise.race([starting, asked]);
  const running = await describeRunning(home);
  output.result({ ...running, pid, wasRunning }, () => [
    ...(wasRunning ? [`it runs already, as process ${pid}`] : []),
    ...runningLines(running, home.paths.logs),
    ...(wasRunning
      ? []
      : [
          `  in the background, as process ${pid}; \`shoal logs\` shows what it says, \`shoal down\` stops it`,
        ]),
  ]);
}

async function describeRunning({ paths, config }: Home) {
  const gateway = await readServiceRun(paths, 'gateway');
  const libraries = await listLibraries(paths);
  return {
    device: { id: config.deviceId, name: config.name },
    home: paths.dir,
    grpc: gateway?.grpc ?? null,
    http: gateway?.http ?? null,
    libraries: libraries.map(({ libraryId, name }) => ({ id: libraryId, name })),
  };
}

function runningLines(
  { device, home, grpc, http, libraries }: Awaited<ReturnType<typeof describeRunning>>,
  logs: string,
): string[] {
  return [
    `device ${device.name} (${device.id}) runs; home ${home}`,
    `  gRPC ${grpc}, HTTP http://${http}/health; logs in ${logs}`,
    libraries.length === 0
      ? '  no library yet: `shoal library create NAME` or `shoal library join FILE`'
      : `  libraries: ${libraries.map(({ name }) => name).join(', ')}`,
  ];
}
