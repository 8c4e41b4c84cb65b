import type { DeviceId, LibraryId } from '@shoal/core';
import { expect, test } from 'vitest';
import { deviceServerConfig, hubServerConfig } from './nats-config.ts';

const deviceId = '0190a7c0-0000-7000-8000-000000000001' as DeviceId;
const token = 'ab'.repeat(32);
const libraries = [1, 2, 3].map((end) => `0190a7c0-0000-7000-8000-00000000010${end}` as LibraryId);
const [photos, papers, diary] = libraries as [LibraryId, LibraryId, LibraryId];
const remote = {
  url: 'nats-leaf://127.0.0.1:7422',
  user: 'fleet',
  password: 'p@ss:"\\/ word?',
  libraries: [photos],
};
const elsewhere = { ...remote, url: 'nats-leaf://127.0.0.1:7423', libraries: [papers] };

test('[SEC-2] each leaf remote of a device denies local subjects in both directions', () => {
  const config = deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [remote, elsewhere] });
  expect(config.match(/deny_imports: \["local\.>".*?\], deny_exports: \["local\.>".*?\]/g)).toHaveLength(2);
  expect(config).toContain('listen: "127.0.0.1:-1"');
});

test('a password that holds signs of the syntax is encoded, not interpreted', () => {
  const config = deviceServerConfig({ deviceId, port: 4222, token, leafRemotes: [remote] });
  expect(config).toContain('"nats-leaf://fleet:p%40ss%3A%22%5C%2F%20word%3F@127.0.0.1:7422"');
});

test('a hub that two libraries name is joined once, for both', () => {
  const again = { ...remote, libraries: [diary] };
  const config = deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [remote, elsewhere, again] });
  expect(config.match(/nats-leaf:/g)).toHaveLength(2);
  expect(deniedOf(config)).toEqual([
    ['local.>', `lib.${papers}.>`],
    ['local.>', `lib.${photos}.>`, `lib.${diary}.>`],
  ]);
});

test('a link carries no library of another hub, and none that has no hub', () => {
  const leafRemotes = [remote, elsewhere];
  const config = deviceServerConfig({ deviceId, port: 0, token, leafRemotes, unlinked: [diary] });
  expect(deniedOf(config)).toEqual([
    ['local.>', `lib.${papers}.>`, `lib.${diary}.>`],
    ['local.>', `lib.${photos}.>`, `lib.${diary}.>`],
  ]);
});

test('a device without hubs is no leaf', () => {
  expect(deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [] })).not.toContain('leafnodes');
});

/** What each link denies; the same in both directions. */
function deniedOf(config: string): string[][] {
  const links = [...config.matchAll(/deny_imports: (\[.*?\]), deny_exports: (\[.*?\])/g)];
  for (const [, imports, exports] of links) expect(imports).toBe(exports);
  return links.map(([, imports]) => JSON.parse(imports!));
}

const device = { deviceId, port: 0, token, leafRemotes: [] };
const hub = { clientPort: 0, leafPort: 7422, users: [{ user: 'fleet', password: 'x'.repeat(32) }] };
const refused: readonly [string, () => string][] = [
  ['deviceId', () => deviceServerConfig({ ...device, deviceId: 'x" y' as DeviceId })],
  ['port', () => deviceServerConfig({ ...device, port: 70_000 })],
  ['token', () => deviceServerConfig({ ...device, token: 'short' })],
  ['token', () => deviceServerConfig({ ...device, token: `$2a$11$${'x'.repeat(53)}` })],
  ['token', () => deviceServerConfig({ ...device, token: `${token}\n}` })],
  ['url', () => deviceServerConfig({ ...device, leafRemotes: [{ ...remote, url: 'nats://127.0.0.1:1' }] })],
  ['user', () => deviceServerConfig({ ...device, leafRemotes: [{ ...remote, user: '' }] })],
  [
    'libraries',
    () => deviceServerConfig({ ...device, leafRemotes: [{ ...remote, libraries: ['x' as LibraryId] }] }),
  ],
  ['unlinked', () => deviceServerConfig({ ...device, leafRemotes: [remote], unlinked: ['>' as LibraryId] })],
  ['leafHost', () => hubServerConfig({ ...hub, leafHost: '0.0.0.0" }' })],
  ['users', () => hubServerConfig({ ...hub, users: [] })],
  ['password', () => hubServerConfig({ ...hub, users: [{ user: 'fleet', password: 'short' }] })],
];
for (const [index, [field, make]] of refused.entries()) {
  test(`[SEC-5] a value out of bounds is refused by its field: ${field} (${index + 1})`, () => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-argument', subject: { field } }));
  });
}
