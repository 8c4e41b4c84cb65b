import { findNatsServer, requireNatsVersion } from '@shoal/bus';
import { type Finding, fail, ok } from './finding.ts';

const nodeMin = 24;

/** Node.js, by `process.versions.node`. */
export function judgeNode(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= nodeMin) return ok('node', version);
  return fail(
    'node',
    version,
    `Node.js ${nodeMin} or newer is needed: run \`npm ci\` in the folder of Shoal`,
  );
}

/** The nats-server that a start would take. Throws `missing-dependency` for none, and for one that is too old. */
export async function checkNatsServer(setting: string | undefined): Promise<readonly Finding[]> {
  const file = findNatsServer({ setting });
  return [ok('nats-server', `${await requireNatsVersion(file)}, ${file}`)];
}
