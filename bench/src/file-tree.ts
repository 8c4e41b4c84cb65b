import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const filesPerFolder = 50;

/** Makes a tree of small files, each of other bytes, three folders deep; answers how many entries it is, root included. */
export async function makeFileTree(root: string, files: number): Promise<number> {
  // Older than what counts as being written right now.
  const longAgo = new Date(Date.now() - 3_600_000);
  const folders = new Set<string>();
  for (let file = 0; file < files; file++) {
    const leaf = Math.floor(file / filesPerFolder);
    const top = join(root, `top-${leaf % 10}`);
    const middle = join(top, `middle-${Math.floor(leaf / 10) % 5}`);
    const folder = join(middle, `leaf-${leaf}`);
    for (const path of [top, middle, folder]) {
      if (!folders.has(path)) mkdirSync(path, { recursive: true });
      folders.add(path);
    }
    const path = join(folder, `file-${file}.txt`);
    writeFileSync(path, `file ${file}\n`.repeat(1 + (file % 40)));
    utimesSync(path, longAgo, longAgo);
  }
  return files + folders.size + 1;
}
