import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const poem = 'Many fish, one shape:\neach follows its neighbours,\nand the shoal turns as one.\n';

/** What the sample holds: nested folders, text, the same bytes three times, an empty file, bytes that are no text. */
const files: Readonly<Record<string, string | Uint8Array>> = {
  'read-me.txt': 'Create, edit, rename, move and delete in this folder, and watch what the devices say.\n',
  'notes/shoal.md': `# Shoal\n\n${poem}`,
  'notes/2026/january.txt': 'Ice on the pond.\n',
  'notes/2026/june.txt': 'Swallows, early.\n',
  'notes/empty.txt': '',
  'poems/shoal.txt': poem,
  'poems/copy of shoal.txt': poem,
  'poems/drafts/first/shoal.txt': poem,
  'pictures/dot.gif': Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  'pictures/été/überraschung.txt': 'Names are whatever the disk says.\n',
};

/** Makes a sample folder to index, unless it is there already: what somebody changed in it stays. */
export async function makeSampleFolder(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) !== undefined) return;
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}
