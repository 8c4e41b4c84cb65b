import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How to call `shoal` from the folder that one is in. */
export const commandLineHint = `node ${shorter(fileURLToPath(new URL('../../bin/shoal.js', import.meta.url)))}`;

function shorter(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}
