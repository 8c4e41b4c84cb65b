import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settleConfig } from '../config.ts';
import { createProgram } from '../program.ts';
import { testSurroundings } from '../testing/test-surroundings.ts';
import { changeConfigFile, configPlace, readConfigFile } from './config-file.ts';
import { resolveSettings, type SettingLayers } from './resolve-settings.ts';
import { type SettingKey, settingKeys, settings } from './settings.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-settings-'));
  file = join(folder, 'config.json');
});
afterEach(() => rm(folder, { recursive: true }));

/** For each setting a text for flag and environment, a value for the file, and what both stand for. */
const samples: Readonly<
  Record<SettingKey, { readonly flag: string; readonly env: string; readonly file: unknown }>
> = {
  home: { flag: 'here', env: '/from/env', file: '/from/file' },
  natsServer: { flag: './nats', env: '/usr/bin/nats', file: '/opt/nats-server' },
  logLevel: { flag: 'debug', env: 'warn', file: 'error' },
  relayMs: { flag: '1', env: '60000', file: 250 },
  colour: { flag: 'never', env: 'always', file: 'auto' },
  json: { flag: 'true', env: 'false', file: true },
};
const meantBy = (key: SettingKey, text: string) => settings[key].parse(text);

const nothing: SettingLayers = { flags: {}, environment: {}, file: { path: '/config.json', entries: {} } };

test.each(settingKeys)(
  '%s is what the flag says, else the environment, else the file, else the default',
  (key) => {
    const { flag, env, file: inFile } = samples[key];
    const layers = [
      { source: 'flag', value: meantBy(key, flag) },
      { source: 'environment', value: meantBy(key, env) },
      { source: 'file', value: inFile },
      { source: 'default', value: settings[key].fallback() },
    ];
    for (const [first, expected] of layers.entries()) {
      const resolved = resolveSettings({
        flags: first <= 0 ? { [key]: flag } : {},
        environment: first <= 1 ? { [settings[key].env]: env } : {},
        file: { path: '/config.json', entries: first <= 2 ? { [key]: inFile } : {} },
      });
      expect(resolved[key]).toEqual(expected);
    }
  },
);

test.each(settingKeys)(
  'a bad value of %s is refused by the name of its flag, its variable, its key and file',
  (key) => {
    const bad = settings[key].isPath === true ? '' : 'purple';
    const flag = settings[key].flag.replace(/^--| .*$/g, '');
    const refused = (layers: Partial<SettingLayers>) => () => resolveSettings({ ...nothing, ...layers });
    expect(refused({ flags: { [key]: bad } })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', subject: { field: flag } }),
    );
    if (bad !== '') {
      expect(refused({ environment: { [settings[key].env]: bad } })).toThrow(
        expect.objectContaining({ code: 'invalid-argument', subject: { field: settings[key].env } }),
      );
    }
    const inFile = { path: '/config.json', entries: { [key]: bad } };
    expect(refused({ file: inFile })).toThrow(`/config.json: "${key}": expected ${settings[key].expected}`);
    expect(refused({ file: inFile })).toThrow(expect.objectContaining({ code: 'damaged-file' }));
  },
);

test('a value of another type, a relative path and an unknown key of the file are refused', () => {
  const refused = (entries: Readonly<Record<string, unknown>>) => () =>
    resolveSettings({ ...nothing, file: { path: '/config.json', entries } });
  expect(refused({ relayMs: '250' })).toThrow('"relayMs"');
  expect(refused({ json: 1 })).toThrow('"json"');
  expect(refused({ logLevel: null })).toThrow('"logLevel"');
  expect(refused({ home: 'here' })).toThrow('/config.json: "home": expected a path from /, found "here"');
  expect(refused({ grpcPort: 1 })).toThrow('"grpcPort": there is no such setting; there are home');
});

test('an empty variable says nothing', () => {
  expect(resolveSettings({ ...nothing, environment: { SHOAL_HOME: '' } }).home.source).toBe('default');
});

test('services hear of what flags and file say by their environment', () => {
  const config = {
    natsServer: undefined,
    isSupervised: false,
    environment: { PATH: '/bin', SHOAL_RELAY_MS: '7' },
  };
  const layers = {
    flags: { natsServer: '/opt/nats' },
    environment: config.environment,
    file: { path: '/config.json', entries: { logLevel: 'debug', relayMs: 9, json: true } },
  };
  expect(settleConfig(config, resolveSettings(layers))).toEqual({
    natsServer: '/opt/nats',
    isSupervised: false,
    environment: {
      PATH: '/bin',
      SHOAL_RELAY_MS: '7',
      SHOAL_NATS_SERVER: '/opt/nats',
      SHOAL_LOG_LEVEL: 'debug',
    },
  });
});

test('the file is the one that is named, else that below XDG_CONFIG_HOME, and one that is named has to be there', () => {
  const environment = { XDG_CONFIG_HOME: folder, SHOAL_CONFIG: file };
  expect(configPlace({ environment: { XDG_CONFIG_HOME: folder } }).path).toBe(
    join(folder, 'shoal/config.json'),
  );
  expect(configPlace({ environment: { XDG_CONFIG_HOME: 'relative' } }).path).toMatch(
    /\/\.config\/shoal\/config\.json$/,
  );
  expect(configPlace({ environment })).toEqual({ path: file, isNamed: true });
  expect(configPlace({ named: join(folder, 'x'), environment }).path).toBe(join(folder, 'x'));
  expect(readConfigFile(configPlace({ environment })).problem?.code).toBe('not-found');
  expect(readConfigFile({ path: file, isNamed: false })).toEqual({ path: file, entries: {} });
});

test('a change leaves what else is in the file, and only its owner may read it', async () => {
  await writeFile(file, '{"unheard":1,"relayMs":5}');
  await changeConfigFile(file, 'relayMs', 6);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ unheard: 1, relayMs: 6 });
  await changeConfigFile(file, 'unheard', undefined);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ relayMs: 6 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

/** Runs `shoal` with this configuration file. */
async function shoal(...args: string[]) {
  const { surroundings, written } = testSurroundings();
  await createProgram(surroundings).parseAsync([...args, '--config', file], { from: 'user' });
  return written;
}

test('`config set` says what it wrote, `config list` where a value is from, `config unset` takes it back', async () => {
  expect((await shoal('config', 'set', 'relayMs', '20')).stdout).toBe('relayMs is 20\n');
  const { stdout } = await shoal('config', 'list', '--json', '--log-level', 'warn');
  const { settings: rows } = JSON.parse(stdout);
  expect(rows).toContainEqual({ key: 'relayMs', value: 20, source: 'file', from: file });
  expect(rows).toContainEqual({ key: 'logLevel', value: 'warn', source: 'flag', from: '--log-level' });
  expect((await shoal('config', 'get', 'relayMs')).stdout).toBe('20\n');
  await shoal('config', 'unset', 'relayMs');
  expect((await shoal('config', 'get', 'relayMs')).stdout).toBe('100\n');
});

test('`config set` takes a path from where it was typed', async () => {
  await shoal('config', 'set', 'home', 'photos');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ home: join(process.cwd(), 'photos') });
});

test('an unknown key and a bad value are refused by `config set`, naming them, and nothing is written', async () => {
  await expect(shoal('config', 'set', 'colours', 'never')).rejects.toMatchObject({
    code: 'invalid-argument',
  });
  await expect(shoal('config', 'set', 'colour', 'green')).rejects.toThrow(
    '"colour": expected auto, always or never, found "green"',
  );
  await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a broken file stops other commands, and is mended by `config set` and `config unset`', async () => {
  await writeFile(file, '{"typo":1}');
  await expect(shoal('config', 'list')).rejects.toThrow(`${file}: "typo": there is no such setting`);
  await expect(shoal('status')).rejects.toMatchObject({ code: 'damaged-file' });
  expect((await shoal('config', 'path')).stdout).toBe(`${file}\n`);
  // A shell asks at each key.
  expect((await shoal('completion', 'bash')).stdout).toContain('complete -F');
  await shoal('config', 'unset', 'typo');
  await writeFile(file, '{');
  await expect(shoal('config', 'list')).rejects.toThrow(`${file}: it is no JSON`);
  expect((await shoal('config', 'set', 'json', 'true')).stdout).toContain(`it is ${file}.broken now`);
  expect(await readFile(`${file}.broken`, 'utf8')).toBe('{');
});

test('with `json` set every command answers in JSON, but for --no-json', async () => {
  await shoal('config', 'set', 'json', 'true');
  expect(JSON.parse((await shoal('config', 'path')).stdout)).toEqual({ path: file });
  expect((await shoal('config', 'path', '--no-json')).stdout).toBe(`${file}\n`);
});

test('docs/operations.md has one row for every setting, with its variable and its flag', async () => {
  const text = await readFile(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split(/^## Settings$/m);
  for (const key of settingKeys) {
    const { env, flag } = settings[key];
    expect(section).toContain(`| \`${key}\` | \`${flag.split(' ')[0]}\` | \`${env}\` |`);
  }
});
