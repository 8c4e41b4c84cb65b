import type { DeviceId } from '@shoal/core';
import { expect, test } from 'vitest';
import { deviceServerConfig, hubServerConfig } from './nats-config.ts';

const deviceId = '0190a7c0-0000-7000-8000-000000000001' as DeviceId;
const token = 'ab'.repeat(32);
const remote = { url: 'nats-leaf://127.0.0.1:7422', user: 'fleet', password: 'p@ss:"\\/ word?' };

test('[SEC-2] each leaf remote of a device denies local subjects in both directions', () => {
  const other = { ...remote, url: 'nats-leaf://127.0.0.1:7423' };
  const config = deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [remote, other] });
  expect(config.match(/deny_imports: \["local\.>"\], deny_exports: \["local\.>"\]/g)).toHaveLength(2);
  expect(config).toContain('listen: "127.0.0.1:-1"');
});

test('a password that holds signs of the syntax is encoded, not interpreted', () => {
  const config = deviceServerConfig({ deviceId, port: 4222, token, leafRemotes: [remote] });
  expect(config).toContain('"nats-leaf://fleet:p%40ss%3A%22%5C%2F%20word%3F@127.0.0.1:7422"');
});

test('a hub that two libraries name is joined once', () => {
  const config = deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [remote, remote] });
  expect(config.match(/nats-leaf:/g)).toHaveLength(1);
});

test('a device without hubs is no leaf', () => {
  expect(deviceServerConfig({ deviceId, port: 0, token, leafRemotes: [] })).not.toContain('leafnodes');
});

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
  ['leafHost', () => hubServerConfig({ ...hub, leafHost: '0.0.0.0" }' })],
  ['users', () => hubServerConfig({ ...hub, users: [] })],
  ['password', () => hubServerConfig({ ...hub, users: [{ user: 'fleet', password: 'short' }] })],
];
for (const [index, [field, make]] of refused.entries()) {
  test(`[SEC-5] a value out of bounds is refused by its field: ${field} (${index + 1})`, () => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-argument', subject: { field } }));
  });
}
