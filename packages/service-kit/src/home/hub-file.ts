import { limits, ShoalError } from '@shoal/core';
import { type JsonFields, parseJsonFields } from './json-fields.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

/** A hub that a device's NATS server joins as a leaf. */
export interface Hub {
  /** `nats-leaf://HOST:PORT`. */
  readonly url: string;
  readonly user: string;
  /** Never logged. */
  readonly password: string;
}

const kind = 'shoal-hub';
const urlLengthMax = 500;

/** Writes the file by which devices come to know a hub (0600). */
export async function writeHubFile(path: string, hub: Hub): Promise<void> {
  const { url, user, password } = hub;
  await writePrivateFile(path, `${JSON.stringify({ kind, url, user, password }, null, 2)}\n`);
}

/** Reads a hub's file. Throws `not-found`, or `damaged-file` naming the field. */
export async function readHubFile(path: string): Promise<Hub> {
  const text = await readPrivateFile(path);
  if (text === undefined) {
    throw new ShoalError('not-found', `there is no hub file ${path}`, { field: 'hub' });
  }
  const fields = parseJsonFields(text, path);
  fields.literal('kind', kind);
  return hubOf(fields, path);
}

/** Checks the fields of a hub within a file. */
export function hubOf(fields: JsonFields, file: string): Hub {
  const url = fields.text('url', urlLengthMax);
  if (!isLeafUrl(url)) {
    throw new ShoalError('damaged-file', `${file}: "url": expected nats-leaf://HOST:PORT`, { field: 'url' });
  }
  const secretMax = limits.hubSecretLengthMax;
  return { url, user: fields.text('user', secretMax), password: fields.text('password', secretMax) };
}

function isLeafUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'nats-leaf:') return false;
  return url.port !== '' && url.hostname !== '' && url.username === '' && url.password === '';
}
