import { type DeviceId, isUuid, type LibraryId, limits, ShoalError } from '@shoal/core';
import { allOfLibrary, localSubjects } from '../subjects.ts';

/** A hub that a device's server joins as a leaf. */
export interface LeafRemote {
  /** `nats-leaf://HOST:PORT`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The libraries whose devices meet at this hub: no other link carries their subjects. */
  readonly libraries: readonly LibraryId[];
}

export interface DeviceServerOptions {
  readonly deviceId: DeviceId;
  /** Of 127.0.0.1; 0: any free one. */
  readonly port: number;
  /** Guards the server: the token of the home. */
  readonly token: string;
  /** Remotes of one URL count once, for the libraries of all: two links to one hub would be a loop. */
  readonly leafRemotes: readonly LeafRemote[];
  /** Libraries without a hub: no link carries their subjects. */
  readonly unlinked?: readonly LibraryId[];
}

/** Who may join a hub. */
export interface HubUser {
  readonly user: string;
  readonly password: string;
}

export interface HubServerOptions {
  /** Of 127.0.0.1, for clients beside the hub; 0: any free one. */
  readonly clientPort: number;
  /** Where leaves join. */
  readonly leafPort: number;
  /** `127.0.0.1` where it is not given. */
  readonly leafHost?: string;
  readonly users: readonly HubUser[];
}

/** What NATS carries at most, with room for headers beside `limits.messageBytesMax`. */
const maxPayload = 1024 * 1024;
const loopback = '127.0.0.1';
/** Three pings without answer and a link counts as lost, also where no packet says so. */
const common = [`max_payload: ${maxPayload}`, 'ping_interval: "10s"', 'ping_max: 3'];
/** Seconds for a client to prove itself: a machine under load takes more than the 2 of the server's own. */
const authTimeout = 10;

/**
 * The configuration of a device's own server: on the loopback, guarded by the token, a leaf of its hubs, which carries
 * nothing of `local.>` in either direction (SEC-2). Holds secrets: keep it 0600. Throws `invalid-argument`
 * naming the field.
 */
export function deviceServerConfig(options: DeviceServerOptions): string {
  const { deviceId, port, token, leafRemotes, unlinked = [] } = options;
  if (!isUuid(deviceId)) throw invalid('deviceId', 'a UUID');
  const links = mergedByUrl(leafRemotes);
  const known = [
    ...links.flatMap(({ libraries }) => checkedIds(libraries, 'libraries')),
    ...checkedIds(unlinked, 'unlinked'),
  ];
  const remotes = links.map((link) => remoteBlock(link, known));
  return lines([
    `server_name: ${quoted(`device-${deviceId}`)}`,
    `listen: ${quoted(`${loopback}:${listenPort(port, 'port')}`)}`,
    ...common,
    `authorization { token: ${secret(token, 'token')}, timeout: ${authTimeout} }`,
    ...(remotes.length === 0 ? [] : [`leafnodes { reconnect: 1, remotes: [\n${remotes.join(',\n')}\n] }`]),
  ]);
}

/**
 * The configuration of a hub: a plain server that leaves join with a user. The users stand in the top-level block,
 * since those of `leafnodes` cannot be changed by a reload. Holds secrets: keep it 0600. Throws `invalid-argument`.
 */
export function hubServerConfig(options: HubServerOptions): string {
  const { clientPort, leafPort, leafHost = loopback, users } = options;
  if (users.length === 0) throw invalid('users', 'at least one');
  if (!/^[\w.:-]+$/.test(leafHost)) throw invalid('leafHost', 'a host');
  const entries = users.map(
    ({ user, password }) =>
      `  { user: ${quoted(checked(user, 'user'))}, password: ${secret(password, 'password')} }`,
  );
  const host = leafHost.includes(':') ? `[${leafHost}]` : leafHost;
  return lines([
    `server_name: "hub-${leafPort}"`,
    `listen: ${quoted(`${loopback}:${listenPort(clientPort, 'clientPort')}`)}`,
    ...common,
    `authorization { timeout: ${authTimeout}, users: [\n${entries.join(',\n')}\n] }`,
    `leafnodes { listen: ${quoted(`${host}:${listenPort(leafPort, 'leafPort')}`)} }`,
  ]);
}

/** One remote per URL, for the libraries of all that name it; the first one's user. */
function mergedByUrl(remotes: readonly LeafRemote[]): readonly LeafRemote[] {
  return [...Map.groupBy(remotes, ({ url }) => url).values()].map(([first, ...others]) => ({
    ...first!,
    libraries: [first!, ...others].flatMap(({ libraries }) => libraries),
  }));
}

/**
 * Two devices that share two hubs stand in a circle, in which nats-server passes a message on for ever: so each link
 * is closed to all libraries of the device that are not its own.
 */
function remoteBlock({ url, user, password, libraries }: LeafRemote, known: readonly LibraryId[]): string {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'nats-leaf:' || parsed.host === '' || parsed.port === '') {
    throw invalid('url', 'nats-leaf://HOST:PORT');
  }
  const credentials = `${encodeURIComponent(checked(user, 'user'))}:${encodeURIComponent(checked(password, 'password'))}`;
  const address = quoted(`nats-leaf://${credentials}@${parsed.host}`);
  const own = new Set(libraries);
  const elsewhere = new Set(known.filter((library) => !own.has(library)));
  const denied = [localSubjects, ...[...elsewhere].map((library) => allOfLibrary(library))];
  const deny = `[${denied.map(quoted).join(', ')}]`;
  return `  { url: ${address}, deny_imports: ${deny}, deny_exports: ${deny} }`;
}

function checkedIds(libraries: readonly LibraryId[], field: string): readonly LibraryId[] {
  if (!libraries.every(isUuid)) throw invalid(field, 'UUIDs');
  return libraries;
}

function listenPort(port: number, field: string): number {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid(field, 'a port, or 0');
  return port === 0 ? -1 : port;
}

/** A secret in clear: one that looks like a bcrypt hash would be taken for one. */
function secret(text: string, field: string): string {
  if (text.length < 16 || text.startsWith('$')) {
    throw invalid(field, `16 to ${limits.hubSecretLengthMax} characters, and no hash`);
  }
  return quoted(checked(text, field));
}

function checked(text: string, field: string): string {
  const max = limits.hubSecretLengthMax;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (text.length === 0 || text.length > max || /[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
    throw invalid(field, `1 to ${max} printable characters`);
  }
  return text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The value is not told: it may be a secret. */
function invalid(field: string, expected: string): ShoalError {
  return new ShoalError('invalid-argument', `"${field}": expected ${expected}`, { field });
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
