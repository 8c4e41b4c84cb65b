import type { RecordId, Value } from '@shoal/core';
import type { Content, EntryFacts, EntryName } from '../index/entry-store.ts';

type Fields = [string, Value][];

/** Name and place of an entry as synced fields. */
export function nameFields(
  entry: EntryName & { readonly extension: string },
  parent: RecordId | null,
): Fields {
  return [
    ['name', entry.name],
    ['name_bytes', entry.nameBytes],
    ['extension', entry.extension],
    ['parent', parent],
  ];
}

/** What the file system says of an entry as synced fields. */
export function factFields({ size, modifiedAt, createdAt }: EntryFacts): Fields {
  return [
    ['size', size],
    ['modified_at', modifiedAt],
    ['created_at', createdAt],
  ];
}

/** A content identity's synced fields. */
export function contentFields(content: Content): Fields {
  return [
    ['content_hash', content.hash],
    ['byte_size', content.byteSize],
    ['kind', content.kind],
    ['mime_type', content.mimeType],
  ];
}

/** Columns that never leave the device. */
export function localColumns(stamp: string): Record<string, string> {
  return { file_stamp: stamp, inode: stamp.split(':', 2)[1] ?? '' };
}
