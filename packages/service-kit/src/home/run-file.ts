import { appVersion } from '../app-version.ts';
import type { HomePaths, ServiceName } from './home-paths.ts';
import { type JsonFields, parseJsonFields } from './json-fields.ts';
import { readPrivateFile, takeBack, writePrivateFile } from './private-file.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Where a running service listens, `127.0.0.1:PORT`. */
export interface ServiceAddresses {
  readonly grpc?: string | undefined;
  readonly http?: string | undefined;
}

/** A service that said it is ready. */
export interface RunningService extends ProcessIdentity, ServiceAddresses {
  /** Of the program that it runs. */
  readonly version?: string | undefined;
}

/** The device's nats-server. */
export interface RunningNats extends ProcessIdentity {
  readonly port: number;
}

/** Says that a service of this process is ready (0600: it names ports). */
export async function writeServiceRun(
  paths: HomePaths,
  service: ServiceName,
  addresses: ServiceAddresses,
): Promise<void> {
  const { grpc, http } = addresses;
  await writePrivateFile(
    paths.serviceRun(service),
    textOf({ ...ownIdentity(), version: appVersion, grpc, http }),
  );
}

/** The service that runs now, or undefined: a file that a dead process left counts as none. */
export async function readServiceRun(
  paths: HomePaths,
  service: ServiceName,
): Promise<RunningService | undefined> {
  const fields = await readFields(paths.serviceRun(service));
  if (fields === undefined) return undefined;
  const text = (name: string) => (fields.has(name) ? fields.text(name, 200) : undefined);
  const addresses = { grpc: text('grpc'), http: text('http') };
  return ifRunning({ ...identityOf(fields), version: text('version'), ...addresses });
}

/** Takes the word back, if it is still this process's. */
export async function removeServiceRun(paths: HomePaths, service: ServiceName): Promise<void> {
  const running = await readServiceRun(paths, service);
  if (running?.pid === process.pid) await takeBack(paths.serviceRun(service));
}

/** Says where the nats-server listens; its supervisor calls it. */
export async function writeNatsRun(paths: HomePaths, nats: RunningNats): Promise<void> {
  const { pid, startTime, port } = nats;
  await writePrivateFile(paths.natsRun, textOf({ pid, startTime, port }));
}

/** The nats-server that runs now, or undefined. */
export async function readNatsRun(paths: HomePaths): Promise<RunningNats | undefined> {
  const fields = await readFields(paths.natsRun);
  if (fields === undefined) return undefined;
  return ifRunning({ ...identityOf(fields), port: fields.integer('port', { min: 1, max: 65_535 }) });
}

async function readFields(path: string): Promise<JsonFields | undefined> {
  const text = await readPrivateFile(path);
  return text === undefined ? undefined : parseJsonFields(text, path);
}

function identityOf(fields: JsonFields): ProcessIdentity {
  const pid = fields.integer('pid', { min: 1, max: Number.MAX_SAFE_INTEGER });
  return { pid, startTime: fields.text('startTime', 200) };
}

function ifRunning<T extends ProcessIdentity>(identity: T): T | undefined {
  return isRunning(identity) ? identity : undefined;
}

function textOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
