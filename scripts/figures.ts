import { readFileSync, writeFileSync } from 'node:fs';
import { withFigures } from '../bench/src/figures-section.ts';
import { referenceRun } from '../bench/src/kept-run.ts';

/** Writes the figures of the kept run into README.md; a test compares the two. */
const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), referenceRun()));
