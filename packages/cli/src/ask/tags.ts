import {
  fromJson,
  type GatewayClient,
  type JsonRecord,
  MutationKind,
  uuidFromBytes,
  versionToText,
  type WriteReply,
} from '@shoal/client';
import { isUuid, ShoalError } from '@shoal/core';
import { listRecords } from './list-records.ts';
import { parseUuid } from './parse-argument.ts';

/** A record that was written: what names it, and the version to give back with the next write (MRG-1). */
export interface WrittenJson {
  readonly model: string;
  readonly id: string;
  readonly version: string;
}

/** The one record that a write of one mutation wrote. */
export function writtenOf({ records: [record] }: WriteReply): WrittenJson {
  if (record === undefined) throw new ShoalError('malformed-message', 'the write named no record');
  return {
    model: record.model,
    id: uuidFromBytes(record.recordId, 'record_id'),
    version: versionToText(record.version),
  };
}

/** Makes a tag with these fields. */
export async function createTag(
  gateway: GatewayClient,
  libraryId: Buffer,
  fields: object,
): Promise<WrittenJson> {
  const mutation = {
    kind: MutationKind.MUTATION_KIND_PUT,
    model: 'tag',
    recordId: Buffer.alloc(0),
    fields: fromJson(fields),
    seen: [],
  };
  return writtenOf(await gateway.write({ libraryId, mutations: [mutation] }));
}

/** All tags of a library. */
export async function listTags(gateway: GatewayClient, libraryId: Buffer): Promise<JsonRecord[]> {
  const tags: JsonRecord[] = [];
  for await (const tag of listRecords(gateway, { libraryId, model: 'tag' })) tags.push(tag);
  return tags;
}

/** What tags are looked for by; what is not said does not matter. */
export interface TagName {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * The tags of that name, in every namespace, or in one (S3-09). Of the system's there is one of a name in a namespace; two
 * that people made are two (MRG-6).
 */
export function tagsNamed(tags: readonly JsonRecord[], { name, namespace }: TagName): JsonRecord[] {
  const isWanted = (wanted: string | undefined, found: unknown) => wanted === undefined || found === wanted;
  return tags.filter(
    ({ fields }) => isWanted(name, fields.canonical_name) && isWanted(namespace, fields.namespace),
  );
}

/** A tag by UUID or by name. Two tags of one name are two tags (MRG-6): a name that is not unique is refused. */
export async function tagIdOf(gateway: GatewayClient, libraryId: Buffer, wanted: string): Promise<Buffer> {
  if (isUuid(wanted.toLowerCase())) return parseUuid(wanted, 'tag');
  const tags = await listTags(gateway, libraryId);
  const found = tags.filter(({ fields }) => fields.canonical_name === wanted);
  if (found.length === 1) return parseUuid(found[0]!.id, 'tag');
  if (found.length === 0) throw new ShoalError('not-found', `no tag is called "${wanted}"`, { field: 'tag' });
  const ids = found.map(({ id }) => id).join(', ');
  throw new ShoalError(
    'invalid-argument',
    `${found.length} tags are called "${wanted}": name one by its UUID, ${ids}`,
    { field: 'tag' },
  );
}
