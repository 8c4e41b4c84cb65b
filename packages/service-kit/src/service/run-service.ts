import { asShoalError, errorCatalogue, limits } from '@shoal/core';
import { readProcessConfig } from '../config.ts';
import type { ServiceName } from '../home/home-paths.ts';
import { createLog, type Log } from '../log.ts';
import { hostService, type StartService } from './host-service.ts';
import { startServiceTelemetry } from './service-telemetry.ts';

/**
 * The life of a service's process: starts it, waits for SIGTERM, SIGINT or, when supervised, the end of stdin
 * (the supervisor died), stops it within `stopMs`, exits.
 *
 * Exit codes: 0 stopped as asked; that of the error's catalogue entry if it could not start; 1 a bug, or a stop
 * that took too long; 130 a second signal while stopping.
 *
 * ```
 *  starting ──ready──▶ serving ──asked, supervisor gone──▶ stopping ──▶ exit 0
 *     │ failed            │ bug                               │ too long, second signal
 *     ▼                   ▼                                   ▼
 *  exit with its code   exit 1                             exit 1, 130
 * ```
 */
export async function runService(name: ServiceName, start: StartService): Promise<void> {
  try {
    const config = readProcessConfig();
    const log = createLog(name);
    crashOnBugs(log);
    const ending = watchEnding(config.isSupervised);
    const telemetry = await startServiceTelemetry(name, config.home);
    const starting = hostService(name, start, { home: config.home });
    // A wish to end that comes while it starts waits for the start, within the same bound.
    const ready = starting.then(({ grpc, http }) => log.info({ grpc, http }, 'ready'));
    const reason = await Promise.race([ending, ready.then(() => ending)]);
    log.info({ reason }, 'stopping');
    endAnyway(log);
    await (await starting).stop();
    await telemetry.stop();
    process.exit(0);
  } catch (error) {
    const { code, message } = asShoalError(error);
    process.stderr.write(`${code}: ${message}\n`);
    if (code === 'internal' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exit(errorCatalogue[code].exitCode);
  }
}

/** Why a service's process is to end; resolves once. */
function watchEnding(isSupervised: boolean): Promise<string> {
  return new Promise((resolve) => {
    let signals = 0;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) process.exit(130);
        resolve(signal);
      });
    }
    if (isSupervised) {
      const gone = () => resolve('supervisor gone');
      process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
    }
  });
}

/** After a bug nothing in memory is trusted: what is on disk is whole at any point, so ending is safe. */
function crashOnBugs(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'ended by a bug');
      process.exit(1);
    });
  }
}

/** From here on the process ends within the bound, whatever hangs. */
function endAnyway(log: Log): void {
  setTimeout(() => {
    log.error({ stopMs: limits.stopMs }, 'stopping took too long');
    process.exit(1);
  }, limits.stopMs);
}
