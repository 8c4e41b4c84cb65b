import { createInterface } from 'node:readline/promises';
import { ShoalError } from '@shoal/core';
import { printable } from '../show/printable.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * Has a person type the name of a library that is to be left; where nobody can, `--yes` has to be said. Throws
 * `invalid-argument` for another name, `interrupted` where it is ended instead.
 */
export async function confirmLeaving(
  name: string,
  { stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>,
): Promise<void> {
  const field = { field: 'yes' };
  if (stdin.isTTY !== true) {
    throw new ShoalError('invalid-argument', `leaving library ${name} has to be confirmed by --yes`, field);
  }
  stderr.write(`This device forgets the library ${printable(name)}. Type its name to go on: `);
  const typed = await readLine(stdin);
  if (typed === undefined) throw new ShoalError('interrupted', `library ${name} is not left`);
  if (typed.trim() !== name) {
    throw new ShoalError('invalid-argument', `library ${name} is not left: another name was typed`, field);
  }
}

/** The next line; undefined: it ended before, by Ctrl-C or Ctrl-D. */
function readLine(stdin: Surroundings['stdin']): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reading = createInterface({ input: stdin });
    reading.once('line', (line) => {
      resolve(line);
      reading.close();
    });
    reading.once('close', () => resolve(undefined));
  });
}
