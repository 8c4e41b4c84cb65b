// Asks a device that runs, by the client: `node ask-a-device.ts HOME`.
import assert from 'node:assert/strict';
import { connectGateway, homeAddress, libraryOf, modelShape } from '@shoal/client';

const gateway = connectGateway(() => homeAddress(process.argv[2]!));
const tags = (await libraryOf(gateway)).model(modelShape('tag', { canonical_name: 'text', color: 'text?' }));
const names: string[] = [];
for await (const { fields } of tags.list()) names.push(fields.canonical_name);
assert.deepEqual(names, ['holiday']);
gateway.close();
console.log('the device answers');
