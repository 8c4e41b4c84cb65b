import { realpath, stat } from 'node:fs/promises';
import { ShoalError } from '@shoal/core';
import type { Home } from './home.ts';
import type { HomePaths } from './home-paths.ts';
import { type HomePlace, judgePlace, type PlaceVerdict } from './home-place.ts';
import { parseJsonFields } from './json-fields.ts';
import { machineOf } from './machine.ts';
import { readPrivateFile, storageFailed, writePrivateFile } from './private-file.ts';

const textLengthMax = 4_096;

/** How a home is found against what it remembers (REP-6). Throws `damaged-file`, `storage-failed`. */
export async function judgeHome(paths: HomePaths, machine = machineOf()): Promise<PlaceVerdict> {
  return judgePlace(await readPlace(paths), await placeOf(paths, machine));
}

/**
 * Refuses to do anything with a home that lies elsewhere than it remembers, until a person said whether it was moved
 * or copied: two devices of one id would each take the other's files for its own (REP-6). Throws `home-elsewhere`,
 * which names both answers; answers the verdict otherwise.
 */
export async function requirePlace({ paths, config }: Home, machine = machineOf()): Promise<PlaceVerdict> {
  const verdict = await judgeHome(paths, machine);
  if (verdict.kind !== 'elsewhere') return verdict;
  const { from, isOtherMachine } = verdict;
  const home = `--home ${paths.dir}`;
  const where = isOtherMachine ? `${from.path} on another machine` : from.path;
  throw new ShoalError(
    'home-elsewhere',
    `${paths.dir} holds the device "${config.name}", which lived in ${where}. ` +
      `If it was moved here: \`shoal home moved ${home}\`. If this is a copy: \`shoal home copied ${home}\``,
    { field: 'home' },
  );
}

/** Notes where the home lies now; writes nothing where that is known. Throws `storage-failed`. */
export async function rememberPlace(paths: HomePaths, machine = machineOf()): Promise<void> {
  const text = placeText(await placeOf(paths, machine));
  if ((await readPrivateFile(paths.place)) !== text) await writePrivateFile(paths.place, text);
}

/** Where a home lies now. Throws `storage-failed`. */
async function placeOf(paths: HomePaths, machine: string | null): Promise<HomePlace> {
  try {
    const { dev, ino } = await stat(paths.dir, { bigint: true });
    return { machine, path: await realpath(paths.dir), folder: `${dev}:${ino}` };
  } catch (error) {
    throw storageFailed(paths.dir, 'read', error);
  }
}

async function readPlace({ place: file }: HomePaths): Promise<HomePlace | undefined> {
  const text = await readPrivateFile(file);
  if (text === undefined) return undefined;
  const fields = parseJsonFields(text, file);
  fields.literal('version', 1);
  return {
    machine: fields.has('machine') ? fields.text('machine', textLengthMax) : null,
    path: fields.text('path', textLengthMax),
    folder: fields.text('folder', textLengthMax),
  };
}

function placeText({ machine, path, folder }: HomePlace): string {
  const known = machine === null ? {} : { machine };
  return `${JSON.stringify({ version: 1, ...known, path, folder }, null, 2)}\n`;
}
