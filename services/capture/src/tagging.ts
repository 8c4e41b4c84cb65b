import { type ModelName, type RecordId, type RecordRef, ShoalError, type Value } from '@shoal/core';
import type { Library, LibraryTransaction, LocalWrite } from '@shoal/library';
import { userMetadataId, userMetadataTagId } from '@shoal/models';

/** Where a tag is put: on one file, or on its content wherever it lies (S1-19). */
export interface TagTarget {
  readonly kind: 'entry' | 'content';
  /** An entry; for content also a content identity. */
  readonly id: RecordId;
}

const ref = (model: string, id: RecordId): RecordRef => ({ model: model as ModelName, id });

/**
 * Puts a tag on a target; one that is there already stays as it is. Throws `not-found`, `not-owner` for the file of
 * another device, `invalid-argument` for a file without identified content.
 */
export function applyTag(
  library: Library,
  secret: Buffer,
  tag: RecordId,
  target: TagTarget,
): Promise<RecordId> {
  return library.transaction((transaction) => {
    const { reader } = transaction.store;
    requireVisible(transaction, 'tag', tag, 'tag_id');
    const { metadata, fields } = metadataOf(transaction, secret, target);
    const application = userMetadataTagId(secret, metadata, tag);
    const writes: LocalWrite[] = [];
    if (!reader.isVisible(ref('user_metadata', metadata))) {
      writes.push({ kind: 'replace', ref: ref('user_metadata', metadata), fields, seen: null });
    }
    if (!reader.isVisible(ref('user_metadata_tag', application))) {
      const applied = new Map<string, Value>([
        ['user_metadata', metadata],
        ['tag', tag],
        ['applied_by_device', library.options.device],
      ]);
      writes.push({
        kind: 'replace',
        ref: ref('user_metadata_tag', application),
        fields: applied,
        seen: null,
      });
    }
    transaction.capture(writes);
    return application;
  });
}

/** Takes a tag off a target; false if it was not there. */
export function removeTag(
  library: Library,
  secret: Buffer,
  tag: RecordId,
  target: TagTarget,
): Promise<boolean> {
  return library.transaction((transaction) => {
    const { metadata } = metadataOf(transaction, secret, target);
    const application = ref('user_metadata_tag', userMetadataTagId(secret, metadata, tag));
    if (!transaction.store.reader.isVisible(application)) return false;
    transaction.capture([{ kind: 'delete', ref: application, seen: null }]);
    return true;
  });
}

function metadataOf(
  transaction: LibraryTransaction,
  secret: Buffer,
  target: TagTarget,
): { metadata: RecordId; fields: ReadonlyMap<string, Value> } {
  if (target.kind === 'entry') {
    requireVisible(transaction, 'entry', target.id, 'target_id');
    return { metadata: userMetadataId(secret, target.id), fields: new Map([['entry', target.id]]) };
  }
  const content = contentOf(transaction, target.id);
  return { metadata: userMetadataId(secret, content), fields: new Map([['content_identity', content]]) };
}

function contentOf(transaction: LibraryTransaction, id: RecordId): RecordId {
  const { reader } = transaction.store;
  if (reader.isVisible(ref('content_identity', id))) return id;
  requireVisible(transaction, 'entry', id, 'target_id');
  const content = reader.record(ref('entry', id))?.state.fields.get('content')?.[0]?.value;
  if (typeof content === 'string') return content as RecordId;
  throw new ShoalError('invalid-argument', `the entry ${id} has no identified content`, {
    field: 'target_id',
    record: id,
  });
}

function requireVisible(transaction: LibraryTransaction, model: string, id: RecordId, field: string): void {
  transaction.store.registry.require(model);
  if (transaction.store.reader.isVisible(ref(model, id))) return;
  throw new ShoalError('not-found', `there is no ${model} ${id} here`, { field, model, record: id });
}
