import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { treeDepth } from '../bench/src/grown-tree.ts';
import { runTree, type TreeRun } from '../bench/src/tree-run.ts';

/**
 * What the scenario `tree-100k` of the bench does with 100,000 entries, with fewer. The hazard is a cost that grows with
 * what is there: a table that is read through for each batch, or for each folder that is moved.
 */
const entries = 3_000;
let folder: string;
let run: TreeRun;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-tree-'));
  run = await runTree(folder, { entries, batch: 150 });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a deep tree that two devices keep while folders are moved on both', () => {
  test('[S1-06] [DEP-6] has the closure that a rebuild makes, on both, and shows the same on both', () => {
    expect(run).toMatchObject({
      differences: 0,
      isEqual: true,
      entries: entries + entries / 10,
      deepest: treeDepth,
    });
    expect(run.foldersMoved).toBeGreaterThan(100);
  });

  test('[DEP-6] costs per batch at most three times at its end what it cost at its beginning', () => {
    expect(run.captureRatio).toBeLessThan(3);
    expect(run.applyRatio).toBeLessThan(3);
  });
});
