import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { ShoalError } from '@shoal/core';
import { homePaths } from '@shoal/service-kit';
import { printable } from './show/printable.ts';

/** What systems put into folders by themselves: a disk that was mounted to be the home has some of it. */
const ofSystems = ['lost+found', '.DS_Store', '.fseventsd', '.Spotlight-V100', '.Trashes'];

/**
 * Refuses a folder that holds other things than a home does: who names the folder with their pictures wants it indexed,
 * and would find databases among them. What an `init` that was cut off has left there is no other thing. Throws
 * `invalid-argument` naming one of them; a folder that is not there, cannot be read, or is a home is not judged.
 */
export async function requireHomeFolder(dir: string): Promise<void> {
  const { dir: path, config, token, libraries, run, logs } = homePaths(dir);
  const own = [config, token, libraries, run, logs].map((each) => basename(each));
  const names = await readdir(path).catch((): string[] => []);
  if (names.includes(basename(config))) return;
  // A file that is being written has the name of its place and something behind it.
  const isOwn = (name: string) => own.some((each) => name === each || name.startsWith(`${each}.`));
  const other = names.find((name) => !isOwn(name) && !ofSystems.includes(name));
  if (other === undefined) return;
  throw new ShoalError(
    'invalid-argument',
    `${path} holds other files, such as "${printable(other)}": name an empty folder with --home, and index this one with \`shoal location add\``,
    { field: 'home' },
  );
}
