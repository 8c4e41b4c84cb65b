import {
  covers,
  type DeviceId,
  dotDevice,
  limits,
  type Outcome,
  parseVersion,
  type RecordRef,
  refKey,
  type StoredRecord,
  slotField,
  type Version,
  type ViewPlan,
  versionDots,
} from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** What became of a record in the view, as it is kept for who watches. */
export interface NotedChange {
  readonly ref: RecordRef;
  readonly change: 'insert' | 'update' | 'delete';
  /** Synced fields that were written since the row was shown last; of an update that shows or hides a target only, none. */
  readonly fields: readonly string[];
  /** Whose write it is. */
  readonly device: DeviceId;
}

/** A noted change with its number: greater for what was committed later, given once, the same for all who watch. */
export interface NumberedChange extends NotedChange {
  readonly number: number;
}

/** What a transaction tells those who watch, in whichever process they are: noted in it, for as long as somebody does. */
export interface ChangeStore {
  /** Before a plan is carried out: what it will change. Nothing, and next to no cost, where nobody watches. */
  plan(plan: ViewPlan): readonly NotedChange[];
  add(changes: readonly NotedChange[]): void;
}

/** What `ChangeStore` needs to know of a library. */
export interface NotedLibrary {
  readonly db: Sqlite;
  readonly tableOf: (model: string) => string | undefined;
  readonly stored: (ref: RecordRef) => StoredRecord | undefined;
  readonly wallMs: () => number;
}

/** Prepares the statements on `db`. */
export function changeStore({ db, tableOf, stored, wallMs }: NotedLibrary): ChangeStore {
  const isWatched = db
    .prepare<[number], number>('select exists (select 1 from shoal_watchers where until_ms > ?)')
    .pluck();
  const insert = db.prepare(
    'insert into shoal_changes (model, uuid, change, fields, device) values (?, ?, ?, ?, ?)',
  );
  const trim = db.prepare(
    `delete from shoal_changes where number <= (select max(number) from shoal_changes) - ${limits.notedChangesMax}`,
  );
  const versionByModel = new Map<string, (uuid: string) => string | undefined>();

  function shownVersion({ model, id }: RecordRef): Version | undefined {
    let select = versionByModel.get(model);
    if (select === undefined) {
      const statement = db
        .prepare<[string], string>(`select version from ${tableOf(model)} where uuid = ?`)
        .pluck();
      select = (uuid) => statement.get(uuid) as string | undefined;
      versionByModel.set(model, select);
    }
    const text = select(id);
    // A unit of work has written the row of a new record already, without a version.
    return text === undefined || text === '' ? undefined : parseVersion(text);
  }

  function shown({ ref, stored: { state } }: Extract<Outcome, { kind: 'show' }>): NotedChange {
    const before = shownVersion(ref);
    const dots = versionDots(state.version).filter((dot) => before === undefined || !covers(before, dot));
    const fields = [...state.fields].flatMap(([slot, siblings]) =>
      before === undefined || siblings.some(({ dot }) => !covers(before, dot)) ? [slotField(slot)] : [],
    );
    const change = before === undefined ? 'insert' : 'update';
    return {
      ref,
      change,
      fields: [...new Set(fields)],
      device: deviceOf(dots.length > 0 ? dots : versionDots(state.version)),
    };
  }

  function hidden({ ref }: Pick<Outcome, 'ref'>): NotedChange[] {
    const state = stored(ref)?.state;
    if (state === undefined) return [];
    return [{ ref, change: 'delete', fields: [], device: deviceOf(versionDots(state.version)) }];
  }

  return {
    plan(plan) {
      if (isWatched.get(wallMs()) !== 1) return [];
      const once = new Map(plan.shown.map((outcome) => [refKey(outcome.ref), outcome]));
      const gone = plan.hidden.filter(({ wasVisible }) => wasVisible);
      return [...[...once.values()].map(shown), ...gone.flatMap(hidden)];
    },
    add(changes) {
      if (changes.length === 0) return;
      for (const { ref, change, fields, device } of changes)
        insert.run(ref.model, ref.id, change, JSON.stringify(fields), device);
      trim.run();
    },
  };
}

/** Of the latest of these changes. */
function deviceOf(dots: readonly ReturnType<typeof versionDots>[number][]): DeviceId {
  return dotDevice(dots.reduce((a, b) => (b > a ? b : a)));
}
