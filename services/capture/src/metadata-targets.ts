import { type ModelName, type RecordId, type RecordRef, ShoalError, type Value } from '@shoal/core';
import type { LibraryTransaction, LocalWrite } from '@shoal/library';
import { userMetadataId } from '@shoal/models';

/** What something is said of: one file, or its content wherever it lies (S1-19). */
export interface MetadataTarget {
  readonly kind: 'entry' | 'content';
  /** An entry; for content also a content identity. */
  readonly id: RecordId;
}

/** A target's metadata: its name (MRG-6), and the field that says what it is of. */
export interface TargetMetadata {
  readonly id: RecordId;
  readonly target: readonly [field: string, value: Value];
}

/** A record by its model's name. */
export function refOf(model: string, id: RecordId): RecordRef {
  return { model: model as ModelName, id };
}

/** The metadata of a target, there or not. Throws `not-found`, `invalid-argument` for a file without identified content. */
export function metadataOf(
  transaction: LibraryTransaction,
  secret: Buffer,
  { kind, id }: MetadataTarget,
): TargetMetadata {
  if (kind === 'entry') {
    requireVisible(transaction, 'entry', id, 'target_ids');
    return { id: userMetadataId(secret, id), target: ['entry', id] };
  }
  const content = contentOf(transaction, id);
  return { id: userMetadataId(secret, content), target: ['content_identity', content] };
}

/** Metadata that is not shown yet, as a write with these fields beside its target. */
export function newMetadata(
  { id, target: [field, value] }: TargetMetadata,
  fields: Readonly<Record<string, Value>> = {},
): LocalWrite {
  const all = new Map([[field, value], ...Object.entries(fields)]);
  return { kind: 'replace', ref: refOf('user_metadata', id), fields: all, seen: null };
}

/** Throws `not-found` naming the field of the request. */
export function requireVisible(
  transaction: LibraryTransaction,
  model: string,
  id: RecordId,
  field: string,
): void {
  if (transaction.store.reader.isVisible(refOf(model, id))) return;
  throw new ShoalError('not-found', `there is no ${model} ${id} here`, { field, model, record: id });
}

function contentOf(transaction: LibraryTransaction, id: RecordId): RecordId {
  const { reader } = transaction.store;
  if (reader.isVisible(refOf('content_identity', id))) return id;
  requireVisible(transaction, 'entry', id, 'target_ids');
  const content = reader.record(refOf('entry', id))?.state.fields.get('content')?.[0]?.value;
  if (typeof content === 'string') return content as RecordId;
  const message = `the entry ${id} has no identified content: say it of the entry alone, or of a file that is not empty`;
  throw new ShoalError('invalid-argument', message, { field: 'target_ids', record: id });
}
