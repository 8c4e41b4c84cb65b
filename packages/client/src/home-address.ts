import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '@shoal/core';
import type { GatewayAddress } from './gateway-line.ts';

/**
 * Where the gateway of a home listens now, and its token, as its files say; who may read them may call it. Throws
 * `unavailable` where the device does not run. A device that starts again may listen elsewhere, so give this to
 * `connectGateway` as it is: `connectGateway(() => homeAddress(dir))`.
 */
export async function homeAddress(dir: string): Promise<GatewayAddress> {
  try {
    const run: unknown = JSON.parse(await readFile(join(dir, 'run', 'gateway.json'), 'utf8'));
    const token = (await readFile(join(dir, 'token'), 'utf8')).trim();
    const isRun = typeof run === 'object' && run !== null && 'grpc' in run && typeof run.grpc === 'string';
    if (isRun) return { address: run.grpc as string, token };
  } catch (error) {
    throw notRunning(dir, error);
  }
  throw notRunning(dir);
}

function notRunning(dir: string, cause?: unknown): ShoalError {
  const message = `the device in ${dir} does not run; start it with \`shoal up --home ${dir}\``;
  return new ShoalError('unavailable', message, { field: 'home' }, cause);
}
