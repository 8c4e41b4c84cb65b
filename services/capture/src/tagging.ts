import { type RecordId, refKey, type Value } from '@shoal/core';
import type { Library, LocalWrite } from '@shoal/library';
import { userMetadataTagId } from '@shoal/models';
import { type MetadataTarget, metadataOf, newMetadata, refOf, requireVisible } from './metadata-targets.ts';

/**
 * Puts a tag on targets, all in one transaction, or on none; where it is already it stays as it is. Answers the
 * applications in the order of the targets. Throws `not-found`, `not-owner` for the file of another device,
 * `invalid-argument` for a file without identified content.
 */
export function applyTag(
  library: Library,
  secret: Buffer,
  tag: RecordId,
  targets: readonly MetadataTarget[],
): Promise<readonly RecordId[]> {
  return library.transaction((transaction) => {
    const { reader } = transaction.store;
    requireVisible(transaction, 'tag', tag, 'tag_id');
    const writeByKey = new Map<string, LocalWrite>();
    // Two files of one content have one metadata.
    const add = (write: LocalWrite) => {
      if (!reader.isVisible(write.ref)) writeByKey.set(refKey(write.ref), write);
    };
    const applications = targets.map((target) => {
      const metadata = metadataOf(transaction, secret, target);
      const application = userMetadataTagId(secret, metadata.id, tag);
      const fields = new Map<string, Value>([
        ['user_metadata', metadata.id],
        ['tag', tag],
        ['applied_by_device', library.options.device],
      ]);
      add(newMetadata(metadata));
      add({ kind: 'replace', ref: refOf('user_metadata_tag', application), fields, seen: null });
      return application;
    });
    transaction.capture([...writeByKey.values()]);
    return applications;
  });
}

/** Takes a tag off targets, all in one transaction; answers off how many. Throws as `applyTag`. */
export function removeTag(
  library: Library,
  secret: Buffer,
  tag: RecordId,
  targets: readonly MetadataTarget[],
): Promise<number> {
  return library.transaction((transaction) => {
    const applications = new Set(
      targets.map((target) => userMetadataTagId(secret, metadataOf(transaction, secret, target).id, tag)),
    );
    const deletes = [...applications]
      .map((id) => refOf('user_metadata_tag', id))
      .filter((ref) => transaction.store.reader.isVisible(ref))
      .map((ref): LocalWrite => ({ kind: 'delete', ref, seen: null }));
    transaction.capture(deletes);
    return deletes.length;
  });
}
