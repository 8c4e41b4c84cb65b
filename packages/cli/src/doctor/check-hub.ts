import { connect } from 'node:net';
import type { Hub } from '@shoal/service-kit';
import { type Finding, ok, warn } from './finding.ts';

const answerMs = 2_000;

/** Whether something listens where a hub should be; it is not asked who it is, which takes its password. */
export async function checkHub({ url }: Hub): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const reason = await connectReason(hostname, Number(port));
  if (reason === undefined) return ok('hub', `${hostname}:${port} is there`);
  const remedy = 'start it (`shoal hub`), or connect to its network; until then this device works alone';
  return warn('hub', `${hostname}:${port} is not there: ${reason}`, remedy);
}

/** Why no connection comes about; undefined if one does. */
function connectReason(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerMs });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${answerMs / 1000} s`));
    socket.once('error', (error) => end('code' in error ? String(error.code) : error.message));
  });
}
