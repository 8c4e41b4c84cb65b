import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from './source-files.ts';

/** Production code that names `name`, but not the file that defines it and the index that passes it on. */
function usersOf(name: string): readonly string[] {
  return ['packages/library', 'packages/models', 'packages/service-kit', 'packages/cli', 'services']
    .flatMap((folder) => filesBelow(folder, (file) => file.endsWith('.ts') && !file.endsWith('.test.ts')))
    .filter((path) => new RegExp(`\\b${name}\\(`).test(readFileSync(join(root, path), 'utf8')));
}

test('[ING-0] one function plans what entries do to synced tables, and one place carries it out', () => {
  expect(usersOf('planApply')).toEqual(['packages/library/src/ingest/apply-entries.ts']);
  expect(usersOf('applyEntries')).toEqual([
    'packages/library/src/ingest/apply-entries.ts',
    'packages/library/src/library.ts',
  ]);
});
