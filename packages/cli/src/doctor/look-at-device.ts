import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

import { limits } from '@shoal/core';
import {
  type Home,
  type HomePaths,
  homeHolder,
  type ProcessIdentity,
  readHome,
  readNatsRun,
  readServiceRun,
  requirePlace,
  serviceNames,
} from '@shoal/service-kit';
import { logFile } from '../background/log-files.ts';
import { readLeftovers } from '../supervisor/children-record.ts';
import { isFreePort } from '../supervisor/free-port.ts';
import { lastErrorIn } from '../supervisor/last-error.ts';
import { judgeDisk, judgeFileSystem, judgeRights } from './check-home.ts';
import { type FoundPort, judgePorts, judgeProcesses } from './check-processes.ts';
import { attempt, type Finding, fail, ok, warn } from './finding.ts';
import { listHome } from './list-home.ts';

/** A device as far as it can be seen without a library. */
export interface SeenDevice {
  /** Undefined: `config.json` or the token cannot be read. */
  readonly home: Home | undefined;
  /** Who holds the home now. */
  readonly holder: ProcessIdentity | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at the folder of a device, at what runs on it and where that listens. Changes nothing. */
export async function lookAtDevice(paths: HomePaths): Promise<SeenDevice> {
  if (!existsSync(paths.dir)) {
    const nothing = fail(
      'home',
      `there is no folder ${paths.dir}`,
      'make a device: `shoal init`, or name its home',
    );
    return { home: undefined, holder: undefined, findings: [nothing] };
  }
  let home: Home | undefined;
  const findings = [
    ...(await attempt('home', async () => {
      home = await readHome(paths.dir);
      return [ok('home', `${home.config.name} (${home.config.deviceId}) in ${paths.dir}`)];
    })),
    ...(await attempt('file-system', async () => {
      const { type, bavail, bsize } = await statfs(paths.dir);
      return [judgeFileSystem(type), judgeDisk(bavail * bsize)];
    })),
    ...(await attempt('rights', async () =>
      judgeRights(await listHome(paths.dir), { uid: process.getuid?.() ?? 0 }),
    )),
  ];
  const known = home;
  if (known !== undefined) findings.push(...(await attempt('place', () => checkPlace(known))));
  let holder: ProcessIdentity | undefined;
  findings.push(
    ...(await attempt('lock', async () => {
      holder = await homeHolder(paths);
      return [judgeHolder(holder, readLeftovers(paths).length)];
    })),
  );
  if (holder !== undefined) findings.push(...(await attempt('service', () => checkProcesses(paths))));
  if (known !== undefined) findings.push(...(await attempt('port', () => checkPorts(known))));
  return { home, holder, findings };
}

async function checkPlace(home: Home): Promise<readonly Finding[]> {
  const verdict = await requirePlace(home);
  const found =
    verdict.kind === 'renamed' ? `was ${verdict.from} before; the next start notes it` : 'where it ran last';
  return [ok('place', found)];
}

function judgeHolder(holder: ProcessIdentity | undefined, leftovers: number): Finding {
  if (holder !== undefined) return ok('lock', `process ${holder.pid} runs on it`);
  if (leftovers === 0) return ok('lock', 'nothing runs on it');
  const found = `${leftovers} processes of a supervisor that is gone still run`;
  return warn('lock', found, 'they end by themselves, or at the next `shoal up`');
}

async function checkProcesses(paths: HomePaths): Promise<readonly Finding[]> {
  const runs = [
    { name: 'nats', run: await readNatsRun(paths) } as const,
    ...(await Promise.all(
      serviceNames.map(async (name) => ({ name, run: await readServiceRun(paths, name) })),
    )),
  ];
  const found = await Promise.all(
    runs.map(async ({ name, run }) => {
      const last = run === undefined ? await lastErrorIn(logFile(paths, name)) : undefined;
      return { name, run, lastError: last && `${last.code}: ${last.message}` };
    }),
  );
  const gateway = runs.find(({ name }) => name === 'gateway')?.run;
  const http = gateway !== undefined && 'http' in gateway ? gateway.http : undefined;
  return [...judgeProcesses(found), ...(http === undefined ? [] : [await checkHealth(http)])];
}

/** Whether the gateway answers, and serves. */
async function checkHealth(http: string): Promise<Finding> {
  try {
    const { status } = await fetch(`http://${http}/health`, { signal: AbortSignal.timeout(limits.statusMs) });
    if (status === 200) return ok('health', `the gateway answers on ${http}`);
    return fail(
      'health',
      `the gateway answers with ${status} on ${http}`,
      'look why in `shoal logs gateway`',
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      'health',
      `the gateway does not answer on ${http}: ${reason}`,
      'look why in `shoal logs gateway`',
    );
  }
}

async function checkPorts({ paths, config }: Home): Promise<readonly Finding[]> {
  const gateway = await readServiceRun(paths, 'gateway');
  const actual = {
    nats: (await readNatsRun(paths))?.port,
    grpc: portOf(gateway?.grpc),
    http: portOf(gateway?.http),
  };
  const ports = await Promise.all(
    (['nats', 'grpc', 'http'] as const).map(async (name): Promise<FoundPort> => {
      const port = config.ports[name];
      const isFree = port === 0 || (actual[name] === undefined && (await isFreePort('127.0.0.1', port)));
      return { name, port, actual: actual[name], isFree };
    }),
  );
  return judgePorts(ports);
}

function portOf(address: string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address.split(':').at(-1));
}
