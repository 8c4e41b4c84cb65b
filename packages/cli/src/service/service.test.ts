import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeService, serviceState, writeService } from './install-service.ts';
import { finalExitCodes, type ServiceSpec, serviceDefinition } from './service-definition.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-service-'));
});
afterEach(() => rm(folder, { recursive: true }));

const odd = '/data/a "b" $HOME 50% <&>';
const spec = (home = odd): ServiceSpec => ({
  home,
  command: [process.execPath, '/opt/shoal/main.ts', 'up', '--home', home],
  environment: { SHOAL_LOG_LEVEL: 'debug' },
  finalExitCodes: finalExitCodes(),
});
const linux = () => ({ platform: 'linux' as const, uid: 1000, environment: { XDG_CONFIG_HOME: folder } });
const mac = { platform: 'darwin' as const, uid: 501, environment: {} };

/** The lines of a section, taken apart as systemd does it. */
function section(text: string, name: string): Record<string, string> {
  const [, lines = ''] = text.split(`[${name}]\n`);
  const own = lines.split('\n[')[0] ?? '';
  return Object.fromEntries(own.split('\n').flatMap((line) => [line.split(/=(.*)/s).slice(0, 2)]));
}

test('the unit starts again after a failure, but not after one that would come again', () => {
  const { Service: service, Install: install } = {
    Service: section(serviceDefinition(spec(), linux()).text, 'Service'),
    Install: section(serviceDefinition(spec(), linux()).text, 'Install'),
  };
  expect(service).toMatchObject({ Restart: 'on-failure', KillMode: 'mixed', UMask: '0077' });
  const final = service.RestartPreventExitStatus?.split(' ').map(Number);
  expect(final).toEqual(expect.arrayContaining([2, 3, 7, 11]));
  expect(final).not.toContain(1);
  // What may pass: a service that does not answer, a disk.
  expect(final).not.toContain(8);
  expect(final).not.toContain(10);
  expect(install.WantedBy).toBe('default.target');
});

test('systemd is asked to take no word of the command apart', () => {
  const { ExecStart: line } = section(serviceDefinition(spec(), linux()).text, 'Service');
  expect(line).toContain('"--home" "/data/a \\"b\\" $$HOME 50%% <&>"');
});

test('the unit is one that systemd takes', async (context) => {
  const home = join(folder, 'home with % and $');
  // It looks whether the program is there.
  const definition = serviceDefinition({ ...spec(home), command: [process.execPath, 'up', home] }, linux());
  await writeService(definition);
  const { error, status, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--user', definition.file],
    {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    },
  );
  if (error !== undefined) return context.skip('there is no systemd-analyze');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the default home has the plain name, another one a sign of its own', () => {
  const names = [join(folder, 'a'), join(folder, 'b')].map(
    (home) => serviceDefinition(spec(home), linux()).name,
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^shoal-[0-9a-f]{8}\.service$/);
  expect(serviceDefinition(spec(join(process.env.HOME ?? '', '.shoal')), linux()).name).toBe('shoal.service');
});

test('on a Mac it is a property list, whose values are escaped', () => {
  const { text, file, enable } = serviceDefinition(spec(), mac);
  expect(text).toContain('<string>/data/a "b" $HOME 50% &lt;&amp;&gt;</string>');
  expect(text).toContain('<key>SuccessfulExit</key>\n    <false/>');
  expect(file).toMatch(/LaunchAgents\/org\.shoal\.device\.[0-9a-f]{8}\.plist$/);
  expect(enable).toEqual([['launchctl', 'bootstrap', 'gui/501', file]]);
});

test('elsewhere it is refused, with what can be run instead', () => {
  const refused = () => serviceDefinition(spec(), { ...mac, platform: 'win32' });
  expect(refused).toThrow(expect.objectContaining({ code: 'missing-dependency' }));
  expect(refused).toThrow('shoal up --home /data/a');
});

test('what is written is found again, told from another program, and removed', async () => {
  const definition = serviceDefinition(spec(), linux());
  expect((await serviceState(definition)).installed).toBe('no');
  await writeService(definition);
  expect((await stat(definition.file)).mode & 0o077).toBe(0);
  expect((await serviceState(definition)).installed).toBe('yes');
  await writeFile(definition.file, (await readFile(definition.file, 'utf8')).replace('/opt/shoal', '/old'));
  expect((await serviceState(definition)).installed).toBe('other');
  expect(await removeService(definition)).toBe(true);
  expect(await removeService(definition)).toBe(false);
});
