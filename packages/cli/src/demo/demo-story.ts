import { TagTarget, uuidToBytes } from '@shoal/client';
import { listRecords } from '../ask/list-records.ts';
import { findOwnLocation } from '../ask/locations.ts';
import { createTag, listTags } from '../ask/tags.ts';
import type { DemoDevice } from './demo-device.ts';

/** What is done on the devices of the demo; each step does nothing where an earlier demo has done it. */
export interface DemoStory {
  /** Indexes the folder on a device. */
  addLocation(device: DemoDevice, folder: string): Promise<void>;
  /** Makes the tag of a device and returns its UUID. */
  makeTag(device: DemoDevice): Promise<string>;
  /** Puts a tag on the content of some file, unless it is on some already or there is no file. */
  applyTag(device: DemoDevice, tag: string): Promise<void>;
}

/** The steps of the demo on one library; `onLine` is told what is done. */
export function demoStory(libraryId: Buffer, onLine: (line: string) => void): DemoStory {
  return {
    addLocation: async (device, folder) => {
      const gateway = await device.gateway();
      const found = await findOwnLocation({ home: device.home, gateway, libraryId }, folder);
      if (found !== undefined) return onLine(`${device.name}  follows ${folder} already`);
      await gateway.addLocation({ libraryId, path: folder, name: '', ignore: [] });
      onLine(`${device.name}  indexes ${folder}`);
    },
    makeTag: async (device) => {
      const gateway = await device.gateway();
      const name = `from-${device.name}`;
      const found = (await listTags(gateway, libraryId)).find(({ fields }) => fields.canonical_name === name);
      if (found !== undefined) return found.id;
      const { id } = await createTag(gateway, libraryId, { canonical_name: name });
      onLine(`${device.name}  makes the tag ${name}`);
      return id;
    },
    applyTag: async (device, tag) => {
      const gateway = await device.gateway();
      for await (const { fields } of listRecords(gateway, { libraryId, model: 'user_metadata_tag' })) {
        if (fields.tag === tag) return;
      }
      for await (const { id, fields } of listRecords(gateway, { libraryId, model: 'entry' })) {
        if (fields.kind !== 'file' || typeof fields.content !== 'string') continue;
        await gateway.applyTag({
          libraryId,
          tagId: uuidToBytes(tag),
          target: TagTarget.TAG_TARGET_CONTENT,
          targetIds: [uuidToBytes(id)],
        });
        return onLine(`${device.name}  puts its tag on the content of ${fields.name}`);
      }
    },
  };
}
