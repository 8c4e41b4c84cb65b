import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ShoalError } from '@shoal/core';

/** The oldest nats-server that keeps what stays on the device from its hub (SEC-2), as tried. */
const versionMin = [2, 9, 0] as const;
/** How long a program may take to say its version, in ms. */
const askMs = 10_000;
const install = 'install it: apt-get install nats-server (elsewhere: https://nats.io/download)';

/**
 * The version of a nats-server, `2.9.10`; a newer one than was tried is fine. Throws `missing-dependency` for one that is
 * too old, and for a program that is none, naming what was found and what is needed.
 */
export async function requireNatsVersion(executable: string): Promise<string> {
  const said = await askVersion(executable);
  const found = /\bv?(\d+)\.(\d+)\.(\d+)/.exec(said);
  if (!said.startsWith('nats-server') || found === null) {
    throw unfit(`${executable} is no nats-server: it does not say its version`);
  }
  const version = found.slice(1, 4).map(Number);
  if (isOlder(version, versionMin)) {
    const least = versionMin.join('.');
    throw unfit(`${executable} is nats-server ${version.join('.')}, at least ${least} is needed`);
  }
  return version.join('.');
}

async function askVersion(executable: string): Promise<string> {
  try {
    return (await promisify(execFile)(executable, ['--version'], { timeout: askMs, encoding: 'utf8' }))
      .stdout;
  } catch (error) {
    throw unfit(`${executable} cannot be asked for its version`, error);
  }
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [at, part] of version.entries()) {
    if (part !== than[at]) return part < than[at]!;
  }
  return false;
}

function unfit(found: string, cause?: unknown): ShoalError {
  return new ShoalError('missing-dependency', `${found}; ${install}`, { field: 'nats-server' }, cause);
}
