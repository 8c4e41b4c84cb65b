import { type ModelName, parseVersion, type RecordId, ShoalError, type Value } from '@shoal/core';
import { freshRecordId, type LibraryTransaction, type LocalWrite } from '@shoal/library';
import { contentIdentityId } from '@shoal/models';
import type { Content, CreateEntry, EntryChange, MoveEntry, UpdateEntry } from '../index/entry-store.ts';
import { isReady } from '../index/entry-store.ts';
import { contentFields, factFields, localColumns, nameFields } from './entry-fields.ts';
import type { EntryReads } from './entry-reads.ts';
import type { UnreadyRows } from './unready-rows.ts';

const entryModel = 'entry' as ModelName;
const contentModel = 'content_identity' as ModelName;
const locationModel = 'location' as ModelName;

/** The models of which the index writes records. */
export const indexedModels: ReadonlySet<string> = new Set([entryModel, contentModel, locationModel]);

/** A location by its local id and its name on every device. */
export interface LocationNames {
  readonly key: number;
  readonly id: RecordId;
}

/**
 * One call of the index's `apply`, within one transaction: what is ready is gathered as writes and captured
 * together; rows that are not ready are written beside them, once the folders that they lie in have local ids.
 */
export class EntryChanges {
  readonly #transaction: LibraryTransaction;
  readonly #reads: EntryReads;
  readonly #unready: UnreadyRows;
  readonly #secret: Buffer;
  readonly #location: LocationNames;
  readonly #writes: LocalWrite[] = [];
  readonly #afterCapture: (() => void)[] = [];
  readonly #uuidByRef = new Map<number, RecordId>();
  readonly #keyByRef = new Map<number, number>();

  constructor(options: {
    readonly transaction: LibraryTransaction;
    readonly reads: EntryReads;
    readonly unready: UnreadyRows;
    /** Names content (MRG-6). */
    readonly secret: Buffer;
    readonly location: LocationNames;
  }) {
    this.#transaction = options.transaction;
    this.#reads = options.reads;
    this.#unready = options.unready;
    this.#secret = options.secret;
    this.#location = options.location;
  }

  /** Carries out the changes; returns the local id of each created entry by its ref. */
  apply(changes: readonly EntryChange[]): ReadonlyMap<number, number> {
    for (const change of changes) this.#add(change);
    this.#transaction.capture(this.#writes);
    const { keys } = this.#transaction.store;
    for (const [ref, uuid] of this.#uuidByRef) this.#keyByRef.set(ref, keys.idOf('entries', uuid)!);
    for (const write of this.#afterCapture) write();
    return this.#keyByRef;
  }

  #add(change: EntryChange): void {
    if (change.type === 'create') this.#create(change);
    else if (change.type === 'update') this.#update(change);
    else if (change.type === 'move') this.#move(change);
    else this.#delete(change.key);
  }

  #create(change: CreateEntry): void {
    const { kind, facts, content, parent, ref } = change;
    if (!isReady({ kind, size: facts.size, contentHash: content?.hash ?? null })) {
      this.#afterCapture.push(() => {
        this.#keyByRef.set(ref, this.#unready.insert(change, this.#location.key, this.#keyOf(parent)));
      });
      return;
    }
    const id = freshRecordId(Date.now());
    this.#uuidByRef.set(ref, id);
    this.#writeWhole(id, nameFields(change, this.#uuidOf(parent)), change);
    if (parent === null) this.#put(locationModel, this.#location.id, [['root_entry', id]]);
  }

  #update(change: UpdateEntry): void {
    const { key, facts, content } = change;
    const uuid = this.#transaction.store.keys.uuidOf('entries', key);
    if (uuid !== undefined) {
      const fields = factFields(facts);
      if (content !== undefined) fields.push(['content', this.#contentId(content)]);
      this.#put(entryModel, uuid as RecordId, fields, localColumns(facts.stamp));
      return;
    }
    this.#unready.update(key, facts);
    const row = this.#reads.byKey(key);
    if (row === null || !isReady({ kind: row.kind, size: facts.size, contentHash: content?.hash ?? null }))
      return;
    const id = freshRecordId(Date.now());
    this.#unready.giveUuid(key, id);
    const place = nameFields({ ...row, extension: this.#reads.extension(key) }, this.#uuidOf(row.parent));
    this.#writeWhole(id, place, { kind: row.kind, facts, content: content ?? null });
  }

  #move(change: MoveEntry): void {
    const uuid = this.#transaction.store.keys.uuidOf('entries', change.key);
    if (uuid !== undefined)
      this.#put(entryModel, uuid as RecordId, nameFields(change, this.#uuidOf(change.parent)));
    else this.#afterCapture.push(() => this.#unready.move(change, this.#keyOf(change.parent)));
  }

  #delete(key: number): void {
    const uuid = this.#transaction.store.keys.uuidOf('entries', key);
    if (uuid === undefined) this.#unready.remove(key);
    else this.#writes.push({ kind: 'delete', ref: { model: entryModel, id: uuid as RecordId }, seen: null });
  }

  /** A new record, every field of it. */
  #writeWhole(
    id: RecordId,
    place: [string, Value][],
    entry: Pick<CreateEntry, 'kind' | 'facts' | 'content'>,
  ): void {
    const fields = new Map<string, Value>([
      ...place,
      ...factFields(entry.facts),
      ['kind', entry.kind],
      ['location', this.#location.id],
      ['content', this.#contentId(entry.content)],
    ]);
    const local = { ...localColumns(entry.facts.stamp), hash_state: entry.kind === 'file' ? 'done' : null };
    this.#writes.push({ kind: 'replace', ref: { model: entryModel, id }, fields, seen: null, local });
  }

  /** The indexer is the only writer of what it writes: what is there is what it has seen. */
  #put(model: ModelName, id: RecordId, fields: [string, Value][], local: Record<string, string> = {}): void {
    const ref = { model, id };
    const seen = parseVersion(this.#transaction.store.records.version(ref) ?? '');
    this.#writes.push({ kind: 'put', ref, fields: new Map(fields), seen, local });
  }

  /** The record of a content, made with the first file that has it. */
  #contentId(content: Content | null): RecordId | null {
    if (content === null) return null;
    const ref = { model: contentModel, id: contentIdentityId(this.#secret, content.hash) };
    if (!this.#transaction.store.reader.isVisible(ref)) {
      this.#writes.push({ kind: 'replace', ref, fields: new Map(contentFields(content)), seen: null });
    }
    return ref.id;
  }

  #uuidOf(key: number | null): RecordId | null {
    if (key === null) return null;
    const uuid = key < 0 ? this.#uuidByRef.get(key) : this.#transaction.store.keys.uuidOf('entries', key);
    if (uuid === undefined) throw new ShoalError('internal', `the folder ${key} has no UUID`);
    return uuid as RecordId;
  }

  #keyOf(key: number | null): number | null {
    return key === null || key > 0 ? key : this.#keyByRef.get(key)!;
  }
}
