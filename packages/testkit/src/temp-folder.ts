import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for one test. */
export interface TempFolder {
  /** Absolute, without symbolic links: what a process says of it compares equal. */
  readonly path: string;
  remove(): Promise<void>;
}

/** Makes a folder below the system's temporary one. The caller removes it, when nothing writes there any more. */
export async function tempFolder(name = 'test'): Promise<TempFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `shoal-${name}-`)));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
