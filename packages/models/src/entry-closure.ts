import type { DerivedTable } from '@shoal/library';

/**
 * All ancestors of all entries with their distance, itself included: derived, never synced, kept up in the
 * transaction that writes the entries (DEP-6).
 */
export const entryClosure: DerivedTable = {
  table: 'entry_closure',
  prepare(db) {
    const parentNow = db
      .prepare<[number], number | null>('select parent_id from entries where id = ?')
      .pluck();
    const parentThen = db
      .prepare<[number], number>(
        'select ancestor_id from entry_closure where descendant_id = ? and depth = 1',
      )
      .pluck();
    const isKnown = db
      .prepare<[number], number>('select 1 from entry_closure where descendant_id = ? and depth = 0')
      .pluck();
    const insertSelf = db.prepare(
      'insert into entry_closure (ancestor_id, descendant_id, depth) values (?, ?, 0)',
    );
    const insertAbove = db.prepare(
      `insert into entry_closure (ancestor_id, descendant_id, depth)
       select ancestor_id, ?, depth + 1 from entry_closure where descendant_id = ?`,
    );
    const cutSubtree = db.prepare(
      `delete from entry_closure
       where descendant_id in (select descendant_id from entry_closure where ancestor_id = ?)
         and ancestor_id not in (select descendant_id from entry_closure where ancestor_id = ?)`,
    );
    const joinSubtree = db.prepare(
      `insert into entry_closure (ancestor_id, descendant_id, depth)
       select above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
       from entry_closure above, entry_closure below
       where above.descendant_id = ? and below.ancestor_id = ?`,
    );
    const remove = db.prepare('delete from entry_closure where descendant_id = ?');
    const removeBelow = db.prepare('delete from entry_closure where ancestor_id = ?');
    const rebuild = [
      db.prepare('delete from entry_closure'),
      db.prepare(
        `insert into entry_closure (ancestor_id, descendant_id, depth)
         with recursive above (ancestor_id, descendant_id, depth) as (
           select id, id, 0 from entries where uuid is not null
           union all
           select entries.parent_id, above.descendant_id, above.depth + 1
           from above join entries on entries.id = above.ancestor_id
           where entries.parent_id is not null
         )
         select ancestor_id, descendant_id, depth from above`,
      ),
    ];

    function shown(id: number): void {
      const parent = (parentNow.get(id) as number | null | undefined) ?? null;
      if (isKnown.get(id) === undefined) {
        insertSelf.run(id, id);
        if (parent !== null) insertAbove.run(id, parent);
        return;
      }
      const before = (parentThen.get(id) as number | undefined) ?? null;
      if (before === parent) return;
      cutSubtree.run(id, id);
      if (parent !== null) joinSubtree.run(parent, id);
    }

    return {
      shown(ids) {
        for (const id of ids) shown(id);
      },
      hiding(ids) {
        for (const id of ids) {
          remove.run(id);
          removeBelow.run(id);
        }
      },
      rebuild() {
        for (const statement of rebuild) statement.run();
      },
    };
  },
};
