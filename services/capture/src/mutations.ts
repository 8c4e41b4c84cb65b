import { limits, type RecordId, type RecordRef, ShoalError } from '@shoal/core';
import { freshRecordId, type LibraryTransaction, type LocalWrite } from '@shoal/library';
import { fieldsFromWire, type Mutation, MutationKind, uuidFromBytes, versionFromWire } from '@shoal/proto';

/**
 * Reads the mutations of a write request (SEC-5). Records without a name get one: derived from their fields where
 * the model says so (MRG-6), else fresh. Throws typed errors that name the field.
 */
export function toLocalWrites(
  transaction: LibraryTransaction,
  secret: Buffer,
  mutations: readonly Mutation[],
): LocalWrite[] {
  if (mutations.length === 0 || mutations.length > limits.mutationsMax) {
    throw new ShoalError(
      'invalid-argument',
      `expected 1 to ${limits.mutationsMax} mutations, found ${mutations.length}`,
      {
        field: 'mutations',
      },
    );
  }
  return mutations.map((mutation) => toLocalWrite(transaction, secret, mutation));
}

function toLocalWrite(transaction: LibraryTransaction, secret: Buffer, mutation: Mutation): LocalWrite {
  const spec = transaction.store.registry.require(mutation.model);
  const seen = mutation.seen.length === 0 ? null : versionFromWire(mutation.seen);
  if (mutation.kind === MutationKind.MUTATION_KIND_DELETE) {
    const ref = { model: spec.name, id: givenId(mutation) };
    requireKnown(transaction, ref);
    return { kind: 'delete', ref, seen };
  }
  const kind = kindOf(mutation);
  const fields = fieldsFromWire(mutation.fields);
  const derived = transaction.store.models.get(spec.name)!.deriveId?.(secret, fields) ?? null;
  const given = mutation.recordId.length === 0 ? null : givenId(mutation);
  if (derived !== null && given !== null && derived !== given) {
    throw new ShoalError('invalid-argument', `"record_id": the fields name the ${spec.name} ${derived}`, {
      field: 'record_id',
      model: spec.name,
    });
  }
  if (given === null && derived === null && spec.ids === 'derived') {
    throw new ShoalError(
      'invalid-argument',
      `"record_id": the fields do not say which ${spec.name} this is`,
      {
        field: 'record_id',
        model: spec.name,
      },
    );
  }
  const id = given ?? derived ?? freshRecordId(Date.now());
  return { kind, ref: { model: spec.name, id }, fields, seen };
}

function kindOf(mutation: Mutation): 'put' | 'replace' {
  if (mutation.kind === MutationKind.MUTATION_KIND_PUT) return 'put';
  if (mutation.kind === MutationKind.MUTATION_KIND_REPLACE) return 'replace';
  throw new ShoalError(
    'invalid-argument',
    `"kind": expected put, replace or delete, found ${mutation.kind}`,
    { field: 'kind' },
  );
}

function givenId(mutation: Mutation): RecordId {
  if (mutation.recordId.length !== 16) {
    throw new ShoalError(
      'invalid-argument',
      `"record_id": expected 16 bytes, found ${mutation.recordId.length}`,
      {
        field: 'record_id',
        model: mutation.model,
      },
    );
  }
  return uuidFromBytes<RecordId>(mutation.recordId, 'record_id');
}

function requireKnown(transaction: LibraryTransaction, ref: RecordRef): void {
  if (transaction.store.reader.isVisible(ref)) return;
  throw new ShoalError('not-found', `there is no ${ref.model} ${ref.id} here`, {
    field: 'record_id',
    model: ref.model,
    record: ref.id,
  });
}
