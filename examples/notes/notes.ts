import { readFile } from 'node:fs/promises';
import { freshRecordId, openShoal } from '@shoal/embed';
import { TodoEntity } from './models.ts';

/** Things to do, in a process of its own beside the services of the device, or without them. */
const [command = 'list', ...words] = process.argv.slice(2);
const shoal = await openShoal({ home: process.env.NOTES_HOME ?? 'home' });

switch (command) {
  case 'add':
    // An entity is enough: what is flushed is captured, in the same transaction.
    await shoal.transactional(async (em) => {
      em.create(TodoEntity, { uuid: freshRecordId(Date.now()), title: words.join(' ') });
    });
    break;
  case 'done':
    await shoal.transactional(async (em) => {
      const todo = await em.findOneOrFail(TodoEntity, { title: words.join(' ') });
      todo.done = true;
    });
    break;
  case 'import': {
    // Many at once, a thousand in a transaction, at several times the speed.
    const lines = (await readFile(words[0] ?? '', 'utf8')).split('\n').filter((line) => line !== '');
    const em = shoal.fork();
    const todos = lines.map((title) => em.create(TodoEntity, { title }, { persist: false }));
    const { captured } = await shoal.syncModelsBatch(todos, 'insert', em);
    console.log(`${captured} imported`);
    break;
  }
  case 'list':
    for (const { title, done } of await shoal.fork().find(TodoEntity, {}, { orderBy: { title: 'asc' } })) {
      console.log(`${done ? 'x' : '-'} ${title}`);
    }
    break;
  case 'watch': {
    // The answer now, and again whenever it may be another: written here, by another process, or on another device.
    const stop = AbortSignal.any([signalled('SIGINT'), signalled('SIGTERM')]);
    const open = shoal.liveQuery([TodoEntity], (em) => em.count(TodoEntity, { done: false }), {
      signal: stop,
    });
    for await (const count of open) console.log(`${count} to do`);
    break;
  }
  default:
    console.error(`there is no ${command}; there are add, done, import, list, watch`);
    process.exitCode = 2;
}
await shoal.close();

function signalled(name: NodeJS.Signals): AbortSignal {
  const abort = new AbortController();
  process.once(name, () => abort.abort());
  return abort.signal;
}
