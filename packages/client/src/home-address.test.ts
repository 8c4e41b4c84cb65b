import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectGateway } from './connect-gateway.ts';
import { homeAddress } from './home-address.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'shoal-home-'));
  mkdirSync(join(home, 'run'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the gateway of a home is where its files say, with its token', async () => {
  writeFileSync(join(home, 'run', 'gateway.json'), '{"pid":1,"grpc":"127.0.0.1:4"}');
  writeFileSync(join(home, 'token'), 'secret\n');
  expect(await homeAddress(home)).toEqual({ address: '127.0.0.1:4', token: 'secret' });
});

test.each([[undefined], ['{'], ['null'], ['{"grpc":7}']])(
  'with %s in its file a device does not run',
  async (text) => {
    writeFileSync(join(home, 'token'), 'secret\n');
    if (text !== undefined) writeFileSync(join(home, 'run', 'gateway.json'), text);
    const message = `the device in ${home} does not run; start it with \`shoal up --home ${home}\``;
    await expect(homeAddress(home)).rejects.toMatchObject({ code: 'unavailable', message });
  },
);

test('a read waits for a device that is on its way, within its deadline', async () => {
  let asked = 0;
  const gateway = connectGateway(() => {
    asked += 1;
    return homeAddress(home);
  });
  await expect(gateway.listLibraries({}, { timeoutMs: 2_000 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(asked).toBeGreaterThan(1);
  gateway.close();
});
