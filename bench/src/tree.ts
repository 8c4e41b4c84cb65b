import { tempFolder } from '@shoal/testkit';
import type { Scenario } from './scenario.ts';
import { runTree } from './tree-run.ts';

const [entries, batch] = [100_000, 1_000];

/**
 * A tree of 100,000 entries, 30 deep, that grows on one device and is applied on another, with moves of folders on both:
 * what a batch costs at its end, against its beginning. Once, whatever `--pairs` says. Throws where what is derived is
 * not what a rebuild makes, or the two do not show the same.
 */
export const tree: Scenario = {
  name: 'tree-100k',
  async run({ note }) {
    const folder = await tempFolder('tree');
    try {
      const { differences, isEqual, ...figures } = await runTree(folder.path, { entries, batch });
      if (differences > 0) throw new Error(`${differences} rows of the closure are not what a rebuild makes`);
      if (!isEqual) throw new Error('the two devices do not show the same tree');
      note(`${this.name}: ${figures.closureRows} rows of the closure are as a rebuild makes them`);
      return { name: this.name, ...figures };
    } finally {
      await folder.remove();
    }
  },
};
