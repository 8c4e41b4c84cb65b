import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Where a nats-server of that pid says that it is ready. */
export function portsFilePath(folder: string, executable: string, pid: number): string {
  return join(folder, `${basename(executable)}_${pid}.ports`);
}

/** The port for clients, or undefined while the file is not there or not whole. */
export async function readClientPort(path: string): Promise<number | undefined> {
  try {
    const ports: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof ports !== 'object' || ports === null || !('nats' in ports)) return undefined;
    const [url] = Array.isArray(ports.nats) ? (ports.nats as unknown[]) : [];
    const port = typeof url === 'string' ? Number(URL.parse(url)?.port) : 0;
    return port > 0 ? port : undefined;
  } catch {
    // Not written yet, or in part: asked again.
    return undefined;
  }
}

/** Removes what earlier servers left in the folder: one of them may have had the pid of the next. */
export async function removePortsFiles(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ports'));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}
