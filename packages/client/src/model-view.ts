import { isUuid, limits, ShoalError } from '@shoal/core';
import {
  type CallOptions,
  type Mutation,
  MutationKind,
  type Record as RecordMessage,
  uuidFromBytes,
  uuidToBytes,
} from '@shoal/proto';
import type { GatewayClient } from './connect-gateway.ts';
import type { FieldKinds, FieldsOf, ModelShape } from './model-shape.ts';
import { versionFromText, versionToText } from './record-json.ts';
import { readFields, writeFields } from './shape-fields.ts';
import { type RecordEvent, type WatchOptions, watchRecords } from './watch-records.ts';

/** Names a record, and what of it was seen. */
export interface RecordTarget {
  /** UUID. */
  readonly id: string;
  /** Opaque: a write upon it replaces only what was read (MRG-1). Without one it replaces what is there. */
  readonly version?: string;
}

/** A record with the fields of its shape. It is a `RecordTarget`: give it to the write that changes what it says. */
export interface TypedRecord<Kinds extends FieldKinds> extends Required<RecordTarget> {
  readonly fields: FieldsOf<Kinds>;
}

/** The records of one model in one library of a device. Failures are ShoalErrors, each call has its deadline. */
export interface ModelView<Kinds extends FieldKinds> {
  /** In order of their UUIDs, page by page; those behind `after`, where it is given. */
  list(options?: CallOptions & { readonly after?: string }): AsyncGenerator<TypedRecord<Kinds>>;
  /** Undefined where it is not there. */
  get(id: string, options?: CallOptions): Promise<TypedRecord<Kinds> | undefined>;
  /**
   * Writes these fields: of a new record, or of the one at `target`; the others stay as they are. Never tried again by
   * itself: whether a write that failed with `unavailable` or `deadline-exceeded` was done is unknown.
   */
  put(
    fields: Partial<FieldsOf<Kinds>>,
    target?: RecordTarget,
    options?: CallOptions,
  ): Promise<Required<RecordTarget>>;
  /** Deletes a record, and what requires it. */
  delete(target: RecordTarget, options?: CallOptions): Promise<void>;
  /** What changes from now on, here and elsewhere; goes on over lost connections, with `resync` where it begins anew. */
  watch(options?: WatchOptions): AsyncGenerator<RecordEvent<TypedRecord<Kinds>>, never>;
}

/** The view of a model in a library, by its shape. Asks nothing yet. */
export function modelView<Kinds extends FieldKinds>(
  gateway: Pick<GatewayClient, 'getRecord' | 'listRecords' | 'write' | 'watch'>,
  libraryId: Buffer,
  shape: ModelShape<Kinds>,
): ModelView<Kinds> {
  const model = shape.name;
  const read = (record: RecordMessage): TypedRecord<Kinds> => ({
    id: uuidFromBytes(record.recordId, 'record_id'),
    version: versionToText(record.version),
    fields: readFields(shape, record.fields),
  });
  const write = async (mutation: Mutation, options?: CallOptions) => {
    const { records } = await gateway.write({ libraryId, mutations: [mutation] }, options);
    return records[0];
  };
  return {
    async *list({ after, ...options } = {}) {
      let next = after === undefined ? Buffer.alloc(0) : idBytes(after);
      do {
        const request = { libraryId, model, limit: limits.pageRecordsMax, after: next };
        const page = await gateway.listRecords(request, options);
        yield* page.records.map(read);
        next = page.next;
      } while (next.length > 0);
    },
    async get(id, options) {
      try {
        return read(await gateway.getRecord({ libraryId, model, recordId: idBytes(id) }, options));
      } catch (error) {
        // A library that is not there is `not-found`, too, and no record of it can be told missing.
        if (
          error instanceof ShoalError &&
          error.code === 'not-found' &&
          error.subject.field === 'record_id'
        ) {
          return undefined;
        }
        throw error;
      }
    },
    async put(fields, target, options) {
      const kind = MutationKind.MUTATION_KIND_PUT;
      const at = target === undefined ? { recordId: Buffer.alloc(0), seen: [] } : targetToWire(target);
      const written = await write({ kind, model, fields: writeFields(shape, fields), ...at }, options);
      if (written === undefined) throw new ShoalError('malformed-message', 'the write named no record');
      const { recordId, version } = written;
      return { id: uuidFromBytes(recordId, 'record_id'), version: versionToText(version) };
    },
    async delete(target, options) {
      const kind = MutationKind.MUTATION_KIND_DELETE;
      await write({ kind, model, fields: [], ...targetToWire(target) }, options);
    },
    watch: (options) => watchRecords(gateway, { ...options, libraryId, model, read }),
  };
}

function targetToWire({ id, version }: RecordTarget): Pick<Mutation, 'recordId' | 'seen'> {
  return { recordId: idBytes(id), seen: version === undefined ? [] : versionFromText(version) };
}

function idBytes(id: string): Buffer {
  if (isUuid(id)) return uuidToBytes(id);
  throw new ShoalError('invalid-argument', `"id": expected a UUID, found ${JSON.stringify(id)}`, {
    field: 'id',
  });
}
