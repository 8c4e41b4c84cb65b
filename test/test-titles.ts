import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { titlesIn } from './parse-module.ts';
import { filesBelow, root } from './source-files.ts';

/** The title of one test and the file that it stands in, relative to the root. */
export interface TestTitle {
  readonly path: string;
  readonly title: string;
}

/** The titles of all tests of the project; a title from a table stands as its template. */
export function testTitles(): readonly TestTitle[] {
  return ['packages', 'services', 'e2e', 'test'].flatMap((folder) =>
    filesBelow(folder, (name) => /\.test\.ts$|-contract\.ts$/.test(name)).flatMap((path) =>
      titlesIn(readFileSync(join(root, path), 'utf8')).map((title) => ({ path, title })),
    ),
  );
}
