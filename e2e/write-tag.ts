import {
  fromJson,
  type GatewayClient,
  type JsonRecord,
  MutationKind,
  toJson,
  uuidFromBytes,
  uuidToBytes,
  type WireDot,
} from '@shoal/client';

export interface TagWrite {
  readonly libraryId: Buffer;
  readonly fields: object;
  /** Which tag; a new one where it is not given. */
  readonly id?: string;
  /** What was read before (MRG-1); nothing: a blind write. */
  readonly seen?: readonly WireDot[];
  readonly timeoutMs?: number;
}

/** Writes fields of a tag and returns its UUID. */
export async function writeTag(gateway: GatewayClient, write: TagWrite): Promise<string> {
  const mutation = {
    kind: MutationKind.MUTATION_KIND_PUT,
    model: 'tag',
    recordId: write.id === undefined ? Buffer.alloc(0) : uuidToBytes(write.id),
    fields: fromJson(write.fields),
    seen: [...(write.seen ?? [])],
  };
  const { timeoutMs = 30_000 } = write;
  const { records } = await gateway.write(
    { libraryId: write.libraryId, mutations: [mutation] },
    { timeoutMs },
  );
  return uuidFromBytes(records[0]!.recordId, 'record_id');
}

/** A tag as a device shows it, with what its reader has seen. Throws `not-found`. */
export async function readTag(
  gateway: GatewayClient,
  libraryId: Buffer,
  id: string,
): Promise<JsonRecord & { readonly seen: readonly WireDot[] }> {
  const record = await gateway.getRecord({ libraryId, model: 'tag', recordId: uuidToBytes(id) });
  return { ...toJson(record), seen: record.version };
}
