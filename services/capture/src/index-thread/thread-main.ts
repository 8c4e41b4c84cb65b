import { parentPort } from 'node:worker_threads';
import { asShoalError } from '@shoal/core';
import { type Library, openLibrary, type ViewChange } from '@shoal/library';
import { loadModels, memberSchemas } from '@shoal/models';
import type { EntryStore } from '../index/entry-store.ts';
import { entryRows } from '../store/entry-rows.ts';
import type { FromThread, ThreadLibrary, ToThread } from './thread-messages.ts';

interface OpenedLibrary {
  readonly library: Library;
  readonly entries: EntryStore;
}

/** Another opening of each library, with a connection and a replica of its own (CHG-1). */
const openedByPath = new Map<string, OpenedLibrary>();

async function openedOf(asked: ThreadLibrary): Promise<OpenedLibrary> {
  const { path, libraryId, device, modelsFile, secret } = asked;
  const known = openedByPath.get(path);
  if (known !== undefined) return known;
  const ring = { currentKeyId: 0, keysById: new Map() };
  const { models, migrations } = await loadModels(modelsFile);
  const library = openLibrary({ path, libraryId, device, ring, models, migrations, schemas: memberSchemas });
  const opened = { library, entries: entryRows(library, Buffer.from(secret)) };
  openedByPath.set(path, opened);
  return opened;
}

async function answer(message: ToThread): Promise<FromThread> {
  const { id } = message;
  if (message.kind === 'close') {
    openedByPath.get(message.path)?.library.close();
    openedByPath.delete(message.path);
    return { kind: 'closed', id };
  }
  const { library, entries } = await openedOf(message.library);
  const changes: ViewChange[] = [];
  const stop = library.onChanges((more) => changes.push(...more));
  try {
    const keyByRef = await entries.apply(message.location, message.changes);
    return { kind: 'applied', id, keyByRef, changes };
  } finally {
    stop();
  }
}

const port = parentPort!;
let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToThread) => {
  last = last.then(async () => {
    const { id } = message;
    const reply = await answer(message).catch((error: unknown): FromThread => {
      const { code, message: text, subject } = asShoalError(error);
      return { kind: 'failed', id, code, message: text, subject };
    });
    port.postMessage(reply);
  });
});
port.postMessage({ kind: 'ready' } satisfies FromThread);
