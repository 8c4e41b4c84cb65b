import { appVersion } from '@shoal/service-kit';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A process of a device as it was found. */
export interface FoundProcess {
  readonly name: string;
  /** Undefined: it does not run. */
  readonly run: { readonly pid: number; readonly version?: string | undefined } | undefined;
  /** The last error of its log. */
  readonly lastError: string | undefined;
}

/** nats-server and the services of a device that somebody runs. */
export function judgeProcesses(processes: readonly FoundProcess[]): readonly Finding[] {
  return processes.map(({ name, run, lastError }) => {
    if (run === undefined) {
      const why = lastError === undefined ? '' : `; its last error: ${lastError}`;
      return fail('service', `${name} does not run${why}`, `look why in \`shoal logs ${name}\``);
    }
    if (run.version !== undefined && run.version !== appVersion) {
      const found = `${name} runs version ${run.version}, this program is ${appVersion}`;
      return warn('service', found, 'start the device again: `shoal down`, `shoal up --detach`');
    }
    return ok('service', `${name} runs as process ${run.pid}`);
  });
}

/** A port that the home names. */
export interface FoundPort {
  /** `nats`, `grpc`, `http`. */
  readonly name: string;
  readonly port: number;
  /** Where it listens now; undefined: it does not run. */
  readonly actual: number | undefined;
  readonly isFree: boolean;
}

/** The ports that `config.json` of the home fixes; 0 is any free one. */
export function judgePorts(ports: readonly FoundPort[]): readonly Finding[] {
  const fixed = ports.filter(({ port }) => port !== 0);
  if (fixed.length === 0) return [ok('port', 'any that are free, chosen at each start')];
  return fixed.map(({ name, port, actual, isFree }) => {
    if (actual === port) return ok('port', `${port} for ${name}`);
    if (actual !== undefined) {
      const found = `${name} listens on ${actual}, config.json says ${port}`;
      return warn('port', found, 'start the device again: `shoal down`, `shoal up --detach`');
    }
    if (isFree) return ok('port', `${port} for ${name} is free`);
    const remedy = `end that program, or write another port, or 0, as "ports.${name}" into config.json of the home`;
    return fail('port', `${port} for ${name} is taken by another program`, remedy);
  });
}
