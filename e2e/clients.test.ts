import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectGateway, homeAddress, libraryOf, modelShape } from '@shoal/client';
import { type DeviceProcess, type Fleet, type ShoalProcess, startFleet, startProgram } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Programs that are no part of Shoal, at a device that runs: one in TypeScript, by the client; one in Python, by what
 * the gateway says of itself. The device is restarted under the first, and listens elsewhere then.
 */
let fleet: Fleet;
let device: DeviceProcess;

beforeAll(async () => {
  fleet = await startFleet({ count: 1, isInProcess: true });
  device = fleet.devices[0]!;
});
afterAll(() => fleet?.close());

const patience = { timeout: 120_000 };
const tag = modelShape('tag', { canonical_name: 'text', color: 'text?' });
const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const example = file('examples/python/tags.py');
const debianPython = '/usr/bin/python3';

/** Why the Python example cannot run on this machine; undefined where it can. */
const pythonLacks = (() => {
  const { status, error } = spawnSync(debianPython, ['-c', 'import grpc, grpc_tools'], { stdio: 'ignore' });
  if (error !== undefined) return `${debianPython} is not installed`;
  return status === 0 ? undefined : 'python3-grpcio and python3-grpc-tools are not installed';
})();

test(
  'a program finds a device by its home, and watches on when it was started again elsewhere',
  patience,
  async () => {
    const gateway = connectGateway(() => homeAddress(device.home.paths.dir));
    const tags = (await libraryOf(gateway, 'fleet')).model(tag);
    const watching = tags.watch();
    const heard = async (name: string) => {
      for (;;) {
        const { value: event } = await watching.next();
        if (event.kind === 'put' && event.record.fields.canonical_name === name) return event;
      }
    };
    expect((await watching.next()).value).toEqual({ kind: 'resync' });
    const { id } = await tags.put({ canonical_name: 'holiday' });
    expect(await heard('holiday')).toMatchObject({ isLocal: true, record: { id } });
    await device.stop();
    const again = watching.next();
    await device.start();
    expect((await again).value).toEqual({ kind: 'resync' });
    await tags.put({ color: 'green' }, await tags.get(id));
    expect(await heard('holiday')).toMatchObject({ record: { id, fields: { color: 'green' } } });
    gateway.close();
  },
);

test('the example of the guide runs as it stands there', patience, async () => {
  const source = file('examples/client/tags.ts');
  const guide = readFileSync(file('docs/guides/clients.md'), 'utf8');
  expect(guide).toContain(`\`\`\`ts\n${readFileSync(source, 'utf8')}\`\`\``);
  const program = startProgram(process.execPath, [source, device.home.paths.dir], { ledger: fleet.ledger });
  await program.line((line) => line === 'there is holiday green');
  const tags = (await libraryOf(await device.gateway())).model(tag);
  const { id } = await tags.put({ canonical_name: 'work' });
  await program.line((line) => line === 'changed work');
  await tags.delete({ id });
  await program.line((line) => line === `deleted ${id}`);
  program.signal('SIGTERM');
  expect((await program.ended).stderr).toBe('');
});

test.skipIf(pythonLacks !== undefined)(
  `a program in Python lists, writes and watches tags by reflection${pythonLacks === undefined ? '' : ` (${pythonLacks})`}`,
  patience,
  async () => {
    const { dir } = device.home.paths;
    const python = (...args: string[]): ShoalProcess =>
      startProgram(debianPython, [example, dir, ...args], {
        ledger: fleet.ledger,
        env: { PYTHONDONTWRITEBYTECODE: '1' },
      });
    const watching = python('watch', '1');
    await watching.line((line) => line === 'resync');
    const added = await python('add', 'from-python').ended;
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const id = added.stdout.trim();
    expect((await watching.ended).stdout).toContain(`${id} from-python\n`);
    const listed = await python('list').ended;
    expect(listed.stdout).toContain(`${id} from-python\n`);
    const gateway = await device.gateway();
    const tags = (await libraryOf(gateway)).model(tag);
    expect(await tags.get(id)).toMatchObject({ fields: { canonical_name: 'from-python' } });
    expect(await python('forget').ended).toMatchObject({ code: 2 });
  },
);
