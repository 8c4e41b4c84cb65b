import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashFile, wholeBytesMax } from './content-hash.ts';
import { tempFolder } from './testing/temp-folder.ts';

async function hashOf(path: string): Promise<string> {
  const outcome = await hashFile(Buffer.from(path));
  if (outcome.state !== 'hashed') throw new Error(outcome.state);
  return outcome.hash;
}

test('up to 16 MiB the hash is the SHA-256 of the file', async () => {
  using folder = tempFolder();
  for (const size of [1, 256 * 1024 + 1, wholeBytesMax]) {
    const bytes = Buffer.alloc(size, 'shoal');
    writeFileSync(join(folder.path, 'f'), bytes);
    expect(await hashOf(join(folder.path, 'f'))).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('above 16 MiB the hash is of the stated sample: size, head, 32 blocks, tail', async () => {
  using folder = tempFolder();
  const bytes = Buffer.alloc(wholeBytesMax + 12_345);
  for (let at = 0; at < bytes.length; at += 4_096) bytes.writeUInt32BE(at, at);
  writeFileSync(join(folder.path, 'f'), bytes);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(bytes.length));
  const expected = createHash('sha256')
    .update('shoal-sample-1\0')
    .update(size)
    .update(bytes.subarray(0, 65_536));
  for (let block = 1; block <= 32; block++) {
    const start = Math.floor(((bytes.length - 16_384) * block) / 33);
    expected.update(bytes.subarray(start, start + 16_384));
  }
  expected.update(bytes.subarray(bytes.length - 65_536));
  expect(await hashOf(join(folder.path, 'f'))).toBe(expected.digest('hex'));
});

test('a sparse file of 100 GiB is identified by reading less than a megabyte', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'f'), 'head');
  truncateSync(join(folder.path, 'f'), 100 * 1024 ** 3);
  expect(await hashOf(join(folder.path, 'f'))).toMatch(/^[0-9a-f]{64}$/);
});

test('links, folders and what is not there are no content', async () => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'd'));
  symlinkSync('/etc/hostname', join(folder.path, 'l'));
  for (const name of ['d', 'l', 'none']) {
    expect(await hashFile(Buffer.from(join(folder.path, name)))).toEqual({ state: 'gone' });
  }
});
