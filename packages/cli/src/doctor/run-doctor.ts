import { errorCatalogue, type ShoalError } from '@shoal/core';
import { homePaths } from '@shoal/service-kit';
import type { ConfigFile } from '../settings/config-file.ts';
import { checkNatsServer, judgeNode } from './check-programs.ts';
import { attempt, type Finding, fail, ok } from './finding.ts';
import { lookAtDevice } from './look-at-device.ts';

export interface DoctorOptions {
  readonly home: string;
  /** As the settings say; undefined: the one that is found. */
  readonly natsServer: string | undefined;
  readonly configFile: ConfigFile;
  /** Why the settings cannot be used; undefined: they can. */
  readonly configProblem: ShoalError | undefined;
  /** Reads all databases through, however large they are. */
  readonly isDeep: boolean;
}

/**
 * Looks at everything that a device needs: programs, settings, its folder, what runs, its libraries, other devices.
 * Changes nothing, and works on a device that runs, stands still, or is broken. Never throws for what it finds.
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly Finding[]> {
  const { isDeep } = options;
  const paths = homePaths(options.home);
  const device = await lookAtDevice(paths);
  // With the models, which take a moment to load.
  const { lookAtLibraries } = await import('./look-at-libraries.ts');
  return [
    judgeNode(process.versions.node),
    ...(await attempt('nats-server', () => checkNatsServer(options.natsServer))),
    judgeConfig(options),
    ...device.findings,
    ...(await lookAtLibraries({ paths, home: device.home, isRunning: device.holder !== undefined, isDeep })),
  ];
}

function judgeConfig({ configFile, configProblem }: DoctorOptions): Finding {
  if (configProblem !== undefined) {
    return fail('config', configProblem.message, errorCatalogue[configProblem.code].remedy);
  }
  const count = Object.keys(configFile.entries).length;
  return ok('config', count === 0 ? 'no settings of your own' : `${count} settings in ${configFile.path}`);
}
