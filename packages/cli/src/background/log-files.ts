import { join } from 'node:path';
import { type HomePaths, serviceNames } from '@shoal/service-kit';

/** What writes a log on a device. */
export const logNames = ['supervisor', 'nats', ...serviceNames] as const;
export type LogName = (typeof logNames)[number];

/** Where the supervisor writes. */
export function supervisorLogFile(paths: HomePaths): string {
  return join(paths.logs, 'supervisor.log');
}

/** Where each writes. */
export function logFile(paths: HomePaths, name: LogName): string {
  return name === 'supervisor' ? supervisorLogFile(paths) : paths.serviceLog(name);
}
