import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { contractFingerprint, protocolVersion } from '@shoal/proto';
import { expect, test } from 'vitest';
import { root } from './source-files.ts';

test('the contract is the one that this protocol version stands for', () => {
  const found = fingerprint();
  expect(
    found,
    [
      `The messages differ from those of protocol version ${protocolVersion}.`,
      'Where that version was released, step `protocolVersion`; in any case set `contractFingerprint` in',
      `packages/proto/src/protocol-version.ts to '${found}'.`,
    ].join(' '),
  ).toBe(contractFingerprint);
});

/** SHA-256 over the descriptors of our files in order of their names: without comments and positions. */
function fingerprint(): string {
  const bytes = readFileSync(join(root, 'packages/proto/gen/shoal.binpb'));
  const { file } = fromBinary(FileDescriptorSetSchema, bytes, { readUnknownFields: false });
  const ours = file
    .filter(({ name }) => name.startsWith('shoal/'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash('sha256');
  for (const descriptor of ours) {
    delete descriptor.sourceCodeInfo;
    hash.update(toJsonString(FileDescriptorProtoSchema, descriptor));
  }
  return hash.digest('hex');
}
