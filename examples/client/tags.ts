// The tags of a device, by its client: node tags.ts HOME
import { connectGateway, homeAddress, libraryOf, modelShape } from '@shoal/client';

const [home = ''] = process.argv.slice(2);
// Asked for again when nobody answers: a device that starts again may listen elsewhere.
const gateway = connectGateway(() => homeAddress(home));
const library = await libraryOf(gateway);

// What this program wants of the model `tag`; `?`: may be null.
const tags = library.model(modelShape('tag', { canonical_name: 'text', color: 'text?' }));

const { id } = await tags.put({ canonical_name: 'holiday' });
const tag = await tags.get(id);
// Upon what was read: what another device writes meanwhile is not swallowed.
await tags.put({ color: 'green' }, tag);

for await (const event of tags.watch()) {
  if (event.kind === 'put') console.log('changed', event.record.fields.canonical_name);
  if (event.kind === 'gone') console.log('deleted', event.id);
  if (event.kind !== 'resync') continue;
  // The beginning, or something may have been missed: what is read from now on is current.
  for await (const { fields } of tags.list()) console.log('there is', fields.canonical_name, fields.color);
}
