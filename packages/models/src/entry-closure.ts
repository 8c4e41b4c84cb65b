import type { DerivedTable } from '@shoal/library';

const select = `
  with recursive above (ancestor_id, descendant_id, depth) as (
    select id, id, 0 from entries where uuid is not null
    union all
    select entries.parent_id, above.descendant_id, above.depth + 1
    from above join entries on entries.id = above.ancestor_id
    where entries.parent_id is not null
  )
  select ancestor_id, descendant_id, depth from above`;

/**
 * All ancestors of all entries with their distance, itself included: derived, never synced, kept up in the
 * transaction that writes the entries (DEP-6).
 */
export const entryClosure: DerivedTable = {
  table: 'entry_closure',
  select,
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
      db.prepare(`insert into entry_closure (ancestor_id, descendant_id, depth) ${select}`),
    ];

    /** Takes an entry with all below it from where it hung; answers whether it hangs anew. */
    function cut(id: number): boolean {
      if (isKnown.get(id) === undefined) {
        insertSelf.run(id, id);
        return true;
      }
      const before = (parentThen.get(id) as number | undefined) ?? null;
      if (before === parentOf(id)) return false;
      cutSubtree.run(id, id);
      return true;
    }

    function parentOf(id: number): number | null {
      return (parentNow.get(id) as number | null | undefined) ?? null;
    }

    return {
      shown(ids) {
        // First all are cut, then all are joined: what is moved below what was below it would be its own ancestor.
        const moved = [...new Set(ids)].filter(cut);
        for (const id of moved) {
          const parent = parentOf(id);
          if (parent !== null) joinSubtree.run(parent, id);
        }
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
