import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homePaths } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { natsChild } from './nats-child.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is said of a nats-server that cannot start, after the last lines of its log. */
function explained(lines: readonly string[], isThere = true) {
  const paths = homePaths(folder);
  mkdirSync(paths.logs, { recursive: true });
  writeFileSync(paths.serviceLog('nats'), `${lines.join('\n')}\n`);
  const executable = join(folder, 'nats-server');
  if (isThere) {
    writeFileSync(executable, '#!/bin/sh\n');
    chmodSync(executable, 0o755);
  }
  return natsChild({ paths, executable, environment: {}, onReady: async () => undefined }).explain?.();
}

const client =
  '[7] 2026/01/02 03:04:05.000001 [FTL] Error listening on port: 127.0.0.1:4222, "listen tcp 127.0.0.1:4222: bind: address already in use"';
const leaf =
  '[7] 2026/01/02 03:04:05.000001 [FTL] Error listening on leafnode port: 7422 - listen tcp 127.0.0.1:7422: bind: address already in use';

test('a port that is taken is named, with the setting that names it', async () => {
  expect(await explained(['[INF] Starting', client])).toMatchObject({
    code: 'port-taken',
    message: expect.stringMatching(/^port 4222 .*"ports\.nats"/),
  });
  expect(await explained([leaf])).toMatchObject({ code: 'port-taken', subject: { field: 'listen' } });
});

test('a program that is gone is what is wrong, whatever the log says', async () => {
  expect(await explained([client], false)).toMatchObject({
    code: 'missing-dependency',
    message: expect.stringContaining('apt-get install nats-server'),
  });
});

test('of an older start, or of another end, nothing is said', async () => {
  expect(await explained([client, '[INF] Server is ready'])).toBeUndefined();
  expect(await explained(['[ERR] out of memory'])).toBeUndefined();
});
