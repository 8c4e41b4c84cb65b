import { join } from 'node:path';
import { createIndexer } from '@shoal/capture/indexer';
import { tempFolder } from '@shoal/testkit';
import { openPlainEntries } from './plain-entries.ts';

/** The indexer of the capture service over bare rows: in ms until the whole tree is in its file. */
export async function plainIndexMs(tree: string, entries: number): Promise<number> {
  const folder = await tempFolder('plain');
  const store = await openPlainEntries(join(folder.path, 'library.db'));
  const log = { info: () => {}, warn: () => {} };
  const indexer = createIndexer({ store: store.entries, log, homes: [] });
  try {
    const done = store.reached(entries);
    const startedMs = performance.now();
    await indexer.addLocation({ key: store.location, path: tree });
    await done;
    return performance.now() - startedMs;
  } finally {
    await indexer.stop();
    store.close();
    await folder.remove();
  }
}
