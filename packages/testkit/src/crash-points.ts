import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DurableStep } from '@shoal/telemetry';
import { until } from './until.ts';

/** Kills processes at the durable steps that a test names: once each, while they run. */
export interface CrashPoints {
  /** What the processes must find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on the process that comes to the step for the `nth` time is killed there, and no other. */
  arm(step: DurableStep, nth?: number): Promise<void>;
  /** Whether it was killed; then its pid. */
  struck(step: DurableStep): Promise<number | undefined>;
  /** Waits until it was killed; returns its pid. */
  crash(step: DurableStep): Promise<number>;
}

/** Where the preload looks for what is armed. */
export const crashFolderVariable = 'SHOAL_TEST_CRASH_FOLDER';
/** Of the file that tells that a step was struck, and whom. */
export const struckSuffix = '.struck';

/** Crash points by files in a folder, made here, so that a test arms them without starting anything anew. */
export async function crashPoints(folder: string): Promise<CrashPoints> {
  await mkdir(folder, { recursive: true });
  const preload = import.meta.resolve('./crash-preload.ts');
  const options = [process.env.NODE_OPTIONS, `--import=${preload}`].filter(Boolean).join(' ');
  const struck: CrashPoints['struck'] = async (step) => {
    const pid = await readFile(join(folder, `${step}${struckSuffix}`), 'utf8').catch(() => undefined);
    return pid === undefined ? undefined : Number(pid);
  };
  return {
    env: { NODE_OPTIONS: options, [crashFolderVariable]: folder },
    arm: async (step, nth = 1) => {
      await rm(join(folder, `${step}${struckSuffix}`), { force: true });
      // By rename: who looks in between sees nothing or all of it.
      await writeFile(join(folder, `${step}.new`), `${nth}`);
      await rename(join(folder, `${step}.new`), join(folder, step));
    },
    struck,
    crash: (step) => until(`a crash at ${step}`, () => struck(step)),
  };
}
