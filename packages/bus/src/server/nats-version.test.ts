import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireNatsVersion } from './nats-version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function programThat(script: string): string {
  const path = join(folder, 'nats-server');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each(['2.9.0', '2.9.10', '2.10.0', '2.100.1', '3.0.0'])('nats-server %s is fine', async (version) => {
  expect(await requireNatsVersion(programThat(`echo 'nats-server: v${version}'`))).toBe(version);
});

test.each([
  [
    'an older one',
    "echo 'nats-server: v2.8.4'",
    /is nats-server 2\.8\.4, at least 2\.9\.0 is needed; install it: /,
  ],
  ['a much older one', "echo 'nats-server: v1.99.0'", /at least 2\.9\.0/],
  ['another program', 'echo hello 9.9.9', /is no nats-server/],
  ['one that fails', 'exit 7', /cannot be asked for its version/],
])('%s is refused by name, with what to do', async (_, script, message) => {
  await expect(requireNatsVersion(programThat(script))).rejects.toMatchObject({
    code: 'missing-dependency',
    message: expect.stringMatching(message),
  });
});
