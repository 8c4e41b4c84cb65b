import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Mounting takes root, and a system with mounts; elsewhere such tests are skipped, and say so. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A file system of its own at a folder. */
export interface Mounted {
  /** Gives it another size, in bytes; what is on it stays. Throws for less than what is on it. */
  resize(bytes: number): void;
  /** Takes it to another folder, under whoever has files of it open. */
  moveTo(folder: string): void;
  /** Unmounts it, whoever still has files open there; what is on it is gone. */
  unmount(): void;
}

/** Mounts a file system in memory at `folder`, and moves what was there onto it. */
export async function mountAt(folder: string, bytes: number): Promise<Mounted> {
  let place = folder;
  const aside = `${folder}.aside`;
  await rename(folder, aside);
  await mkdir(folder, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder]);
  for (const name of await readdir(aside)) execFileSync('mv', [join(aside, name), folder]);
  return {
    resize: (size) => void execFileSync('mount', ['-o', `remount,size=${size}`, place]),
    moveTo: (next) => {
      execFileSync('mount', ['--move', place, next]);
      place = next;
    },
    unmount: () => void execFileSync('umount', ['--lazy', place]),
  };
}
