import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectGateway } from '@shoal/client';
import { readServiceRun } from '@shoal/service-kit';
import { type Fleet, runShoal, startFleet } from '@shoal/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Everything that is wrong gets a typed error that names what it is about, and changes nothing. */
let fleet: Fleet;
let home: string;

beforeAll(async () => {
  fleet = await startFleet({ count: 1, isInProcess: true });
  home = fleet.devices[0]!.home.paths.dir;
});
afterAll(() => fleet?.close());

const nobody = '01900000-0000-7000-8000-000000000000';

test.each([
  ['an unknown model', ['record', 'put', 'fish', '{}'], /^unknown-model: .*fish/, 2],
  [
    'an unknown field',
    ['record', 'put', 'tag', '{"canonical_name":"x","weight":1}'],
    /^unknown-field: .*weight/,
    2,
  ],
  [
    'a wrong type',
    ['record', 'put', 'tag', '{"canonical_name":7}'],
    /^invalid-argument: .*canonical_name/,
    2,
  ],
  [
    'a reference to nothing',
    ['record', 'put', 'tag', `{"canonical_name":"x","created_by_device":"${nobody}"}`],
    /^missing-reference: .*created_by_device/,
    2,
  ],
  ['a record that is not there', ['record', 'get', 'tag', nobody], /^not-found: /, 4],
  ['no UUID', ['record', 'get', 'tag', 'seven'], /^invalid-argument: .*uuid/, 2],
  ['no JSON', ['record', 'put', 'tag', '{'], /^invalid-argument: .*JSON/, 2],
  [
    'a version that no read gave',
    ['record', 'put', 'tag', '{"version":"AAAA"}'],
    /^invalid-argument: .*version/,
    2,
  ],
  ['an option that is not there', ['status', '--weather'], /^invalid-argument: .*--weather/, 2],
  ['a command that is not there', ['swim'], /^invalid-argument: .*swim/, 2],
  ['a location that is no folder', ['location', 'add', '/etc/passwd'], /^not-a-folder: /, 2],
  ['a location that is not there', ['location', 'add', '/nowhere/at/all'], /^not-a-folder: /, 2],
  ['a tag on nothing', ['tag', 'apply', 'none', nobody], /^not-found: .*none/, 4],
  ['a library of another name', ['tag', 'list', '--library', 'other'], /^not-found: .*other/, 4],
])('[SEC-5] %s is refused by a typed error', async (_, args, message, code) => {
  const before = await fleet.dump(fleet.devices[0]!);
  const end = await runShoal([...args, ...(args[0] === 'swim' ? [] : ['--home', home])], {
    ledger: fleet.ledger,
  });
  expect(end).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  expect(await fleet.dump(fleet.devices[0]!)).toEqual(before);
});

test('[SEC-5] a value over the limit is refused as payload-too-large, naming the field', async () => {
  const json = JSON.stringify({ canonical_name: 'x'.repeat(300 * 1024) });
  const end = await runShoal(['record', 'put', 'tag', '--home', home], { ledger: fleet.ledger, stdin: json });
  expect(end).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^payload-too-large: .*canonical_name/),
  });
});

test('[SEC-4] a wrong token opens neither the gateway nor HTTP', async () => {
  const running = await readServiceRun(fleet.devices[0]!.home.paths, 'gateway');
  const stranger = connectGateway({ address: running!.grpc!, token: 'f'.repeat(64) });
  await expect(stranger.listLibraries({})).rejects.toMatchObject({ code: 'unauthenticated' });
  stranger.close();
  const wrong = await fetch(`http://${running!.http}/status`, { headers: { authorization: 'Bearer no' } });
  expect(wrong.status).toBe(401);
});

test('a device that does not run is unavailable, with what to do; a home that is none is not-found', async () => {
  const dir = join(fleet.folder.path, 'idle');
  await runShoal(['init', '--home', dir], { ledger: fleet.ledger });
  await runShoal(['library', 'create', 'x', '--home', dir], { ledger: fleet.ledger });
  const idle = await runShoal(['tag', 'list', '--home', dir], { ledger: fleet.ledger });
  expect(idle).toMatchObject({ code: 8, stderr: expect.stringMatching(/^unavailable: .*shoal up/) });
  const none = await runShoal(['tag', 'list', '--home', join(dir, 'none')], { ledger: fleet.ledger });
  expect(none).toMatchObject({ code: 4, stderr: expect.stringMatching(/^not-found: .*shoal init/) });
});

test('a damaged invitation is refused, naming the field', async () => {
  const file = join(fleet.folder.path, 'invitation.json');
  await writeFile(
    file,
    JSON.stringify({ kind: 'shoal-invitation', version: 1, name: 'x', libraryId: 'seven' }),
  );
  const end = await runShoal(['library', 'join', file, '--home', home], { ledger: fleet.ledger });
  expect(end).toMatchObject({ code: 10, stderr: expect.stringMatching(/^damaged-file: /) });
});
