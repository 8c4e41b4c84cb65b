import {
  type ChangeSet,
  type EntityManager,
  type EventArgs,
  type EventSubscriber,
  type FlushEventArgs,
  helper,
  type TransactionEventArgs,
} from '@mikro-orm/core';
import { formatVersion, refKey, ShoalError } from '@shoal/core';
import { inPart, inStep } from '@shoal/telemetry';
import { type CaptureContext, type Captured, captureWrites } from '../capture/capture-writes.ts';
import type { LocalWrite, WrittenRecord } from '../capture/local-write.ts';
import { randomLife } from '../crypto/record-ids.ts';
import { type CaptureMeter, captureMeter } from '../library-telemetry.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import type { ViewChange } from '../store/library-store.ts';
import { entityWrite } from './entity-write.ts';
import { keepLocal } from './keep-local.ts';
import { judgeGate } from './sync-gate.ts';

type Row = Record<string, unknown>;

/** What was so far when a transaction or a savepoint began: to this its rollback goes back. */
interface Mark {
  readonly changes: number;
  readonly captured: number;
  readonly undoing: number;
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Captures what a unit of work wrote, in its transaction (CHG-5, S0-04): no call in application code. The version
 * that an entity was loaded with says what its write has seen (MRG-1).
 */
export class CaptureSubscriber implements EventSubscriber {
  readonly #context: CaptureContext;
  readonly #modelByEntity: ReadonlyMap<string, SyncedModel>;
  readonly #onChanges: (changes: readonly ViewChange[]) => void;
  readonly #isLocal: () => boolean;
  readonly #pending = new WeakMap<EntityManager, ChangeSet<Row>[]>();
  readonly #meter: CaptureMeter;
  #uncommitted: ViewChange[] = [];
  /** What the transaction under way has captured, and since when it is under way. */
  #captured: WrittenRecord[] = [];
  #startMs = 0;
  /** All flushes of one transaction make one operation of each record (CHG-7). */
  #stamp = randomLife();
  #failure: Mark['failure'];
  #marks: Mark[] = [];
  /** What a rollback takes back in memory, the latest last. */
  #undoing: (() => void)[] = [];

  constructor(
    context: CaptureContext,
    models: readonly SyncedModel[],
    onChanges: (changes: readonly ViewChange[]) => void,
    /** Whether what runs now is a transaction of which nothing is synced (S0-55). */
    isLocal: () => boolean,
  ) {
    this.#context = context;
    this.#meter = captureMeter(context.libraryId);
    this.#modelByEntity = new Map(models.map((model) => [String(model.entity.meta.className), model]));
    this.#onChanges = onChanges;
    this.#isLocal = isLocal;
  }

  /**
   * Captures what no flush writes, within the transaction under way, and writes its rows; `writesOf` is asked within it. All
   * captures of one transaction make one operation of a record (CHG-7). One that fails keeps the transaction from
   * committing, also where the failure is caught.
   */
  captureHere(writesOf: (context: CaptureContext) => readonly LocalWrite[]): readonly WrittenRecord[] {
    if (this.#marks.length === 0)
      throw new ShoalError('internal', 'nothing is captured outside of a transaction');
    const { written, changes } = this.#captureWrites(() => writesOf(this.#context));
    this.#uncommitted.push(...changes);
    this.#captured.push(...written);
    return written;
  }

  /** `undo` is called if what surrounds the caller, a transaction or a savepoint, is rolled back. */
  whenUndone(undo: () => void): void {
    this.#undoing.push(undo);
  }

  beforeFlush({ em }: FlushEventArgs): void {
    // What an earlier flush of this manager left behind was rolled back with it.
    this.#pending.delete(em);
  }

  afterCreate(args: EventArgs<Row>): void {
    this.#note(args);
  }

  afterUpdate(args: EventArgs<Row>): void {
    this.#note(args);
  }

  afterDelete(args: EventArgs<Row>): void {
    this.#note(args);
  }

  afterTransactionStart(): void {
    const [changes, captured] = [this.#uncommitted.length, this.#captured.length];
    if (this.#marks.length === 0) this.#startMs = performance.now();
    this.#marks.push({ changes, captured, undoing: this.#undoing.length, failure: this.#failure });
  }

  /** Within `em.transactional` a flush ends inside the transaction. */
  afterFlush({ em }: FlushEventArgs): void {
    if (em.isInTransaction()) this.#capture(em);
  }

  /** A flush that made its own transaction ends with its commit. */
  beforeTransactionCommit({ em }: TransactionEventArgs): void {
    if (this.#pending.has(em)) {
      inStep('shoal.write', { 'shoal.library': this.#context.libraryId }, () => this.#capture(em));
    }
    // Rows that were flushed and could not be captured are never committed, also where the failure was caught.
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  afterTransactionCommit({ transaction }: TransactionEventArgs): void {
    this.#marks.pop();
    if (isSavepoint(transaction)) return;
    const changes = this.#uncommitted;
    this.#meter(this.#captured, this.#startMs);
    this.#end();
    if (changes.length > 0) this.#onChanges(changes);
  }

  /** What surrounds a savepoint goes on with what it had, also with a failure of its own (CHG-5). */
  afterTransactionRollback({ em, transaction }: TransactionEventArgs): void {
    this.#pending.delete(em);
    this.#context.store.keys.forget();
    const mark = this.#marks.pop();
    for (const undo of this.#undoing.splice(mark?.undoing ?? 0).reverse()) undo();
    if (!isSavepoint(transaction) || mark === undefined) {
      this.#end();
      return;
    }
    this.#uncommitted.length = mark.changes;
    this.#captured.length = mark.captured;
    this.#failure = mark.failure;
  }

  /** The transaction is over; nothing of it touches the next one. */
  #end(): void {
    this.#marks = [];
    this.#uncommitted = [];
    this.#captured = [];
    this.#undoing = [];
    this.#failure = undefined;
    this.#stamp = randomLife();
  }

  #note({ em, changeSet }: EventArgs<Row>): void {
    if (changeSet === undefined || !this.#modelByEntity.has(String(changeSet.meta.className))) return;
    const pending = this.#pending.get(em);
    if (pending === undefined) this.#pending.set(em, [changeSet]);
    else pending.push(changeSet);
  }

  #capture(em: EntityManager): void {
    const changeSets = this.#pending.get(em) ?? [];
    this.#pending.delete(em);
    if (changeSets.length === 0) return;
    const { written, changes } = this.#captureWrites(() =>
      changeSets.flatMap((changeSet) => this.#toWrite(changeSet) ?? []),
    );
    const versionByKey = new Map(written.map(({ ref, version }) => [refKey(ref), formatVersion(version)]));
    for (const changeSet of changeSets) this.#refreshVersion(changeSet, versionByKey);
    this.#uncommitted.push(...changes);
    this.#captured.push(...written);
  }

  #captureWrites(writesOf: () => readonly LocalWrite[]): Captured {
    try {
      const writes = inPart('shoal.write.fields', () => {
        this.#context.store.keys.refresh();
        this.#context.store.parked.refresh();
        return writesOf();
      });
      return captureWrites(this.#context, writes, this.#stamp);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #toWrite(changeSet: ChangeSet<Row>): LocalWrite | undefined {
    const model = this.#modelByEntity.get(String(changeSet.meta.className))!;
    if (this.#isLocal()) keepLocal(this.#context, model, changeSet);
    else judgeGate(this.#context, model, changeSet);
    const write = entityWrite(this.#context, model, changeSet);
    // The unit of work has just written the row; nobody needs to look for it.
    const { id } = changeSet.entity;
    if (write !== undefined && typeof id === 'number')
      this.#context.store.keys.set(model.spec.table, write.ref.id, id);
    return write;
  }

  /** The entity goes on with the version of its own write, so that its next write has seen it. */
  #refreshVersion({ entity, meta }: ChangeSet<Row>, versionByKey: ReadonlyMap<string, string>): void {
    const model = this.#modelByEntity.get(String(meta.className))!;
    const version = versionByKey.get(`${model.spec.name}/${String(entity.uuid)}`);
    if (version === undefined) return;
    entity.version = version;
    const original = helper(entity).__originalEntityData as Row | undefined;
    if (original !== undefined) original.version = version;
  }
}

function isSavepoint(transaction: unknown): boolean {
  return typeof transaction === 'object' && transaction !== null && 'savepointName' in transaction;
}
