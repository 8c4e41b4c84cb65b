import { type Finding, fail, ok, warn } from './finding.ts';

const nodeMin = 24;
/** The oldest nats-server with all that a device's configuration says, and the newest line that was tried. */
const natsMin = [2, 9, 0] as const;
const natsKnownGood = '2.9.10';
const natsMajorKnown = 2;

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

/** nats-server, by what `--version` says; `said` is undefined where it could not be run. */
export function judgeNatsServer(file: string, said: string | undefined): Finding {
  const [, text, ...numbers] = /v?((\d+)\.(\d+)\.(\d+)\S*)/.exec(said ?? '') ?? [];
  const install = 'install it: apt-get install nats-server (elsewhere: https://nats.io/download)';
  if (text === undefined) return fail('nats-server', `${file} does not say its version`, install);
  const version = numbers.map(Number);
  const found = `${text}, ${file}`;
  const least = natsMin.join('.');
  if (isOlder(version, natsMin)) return fail('nats-server', found, `at least ${least} is needed: ${install}`);
  if ((version[0] ?? 0) > natsMajorKnown) {
    return warn('nats-server', found, `${natsKnownGood} is known to work, this one was never tried`);
  }
  return ok('nats-server', found);
}

function isOlder(version: readonly number[], least: readonly number[]): boolean {
  const index = least.findIndex((number, at) => number !== version[at]);
  return index >= 0 && (version[index] ?? 0) < least[index]!;
}
