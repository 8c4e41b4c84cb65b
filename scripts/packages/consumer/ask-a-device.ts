// Asks a device that runs, by the client: `node ask-a-device.ts HOME`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectGateway, toJson } from '@shoal/client';

const home = process.argv[2]!;
const { grpc } = JSON.parse(readFileSync(join(home, 'run', 'gateway.json'), 'utf8')) as { grpc: string };
const token = readFileSync(join(home, 'token'), 'utf8').trim();
const gateway = connectGateway({ address: grpc, token });
const { libraries } = await gateway.listLibraries({});
const { records } = await gateway.listRecords({
  libraryId: libraries[0]!.libraryId,
  model: 'tag',
  limit: 10,
  after: Buffer.alloc(0),
});
assert.deepEqual(
  records.map((record) => toJson(record).fields.canonical_name),
  ['holiday'],
);
gateway.close();
console.log('the device answers');
