import { defineEntity, defineModels, p, syncColumns, syncColumnsSql, syncModel } from '@shoal/models';

/** Something to do. What two devices tick off or rename meets field by field. */
export const TodoEntity = defineEntity({
  name: 'Todo',
  tableName: 'todos',
  properties: { ...syncColumns, title: p.string(), done: p.boolean().default(false) },
});

const todo = syncModel(TodoEntity, { name: 'todo', strategy: 'log', ownership: { kind: 'shared' } });

export default defineModels({
  models: [todo],
  migrations: [
    {
      name: '0001-todos',
      sql: `create table todos (${syncColumnsSql}, title text not null, done integer not null default 0)`,
    },
  ],
  // No files, tags and albums beside it.
  builtIn: 'devices',
});
