import { TagTarget, uuidFromBytes } from '@shoal/client';
import { limits, ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { entryIdsOf } from './ask/entries-of-files.ts';
import { filesGiven } from './ask/files-given.ts';
import { inPortions } from './ask/in-portions.ts';
import { type DeviceLibrary, withLibrary } from './ask/with-device.ts';
import { addLibraryCommand, type LibraryOptions } from './leaf-command.ts';
import type { Surroundings } from './surroundings.ts';

/** Options of commands that say something of files or of their content. */
export interface TargetOptions extends LibraryOptions {
  readonly entry?: boolean;
  readonly fromFile?: string;
}

/** As many targets as one request takes. */
export interface TargetsAsked {
  readonly libraryId: Buffer;
  readonly target: TagTarget;
  readonly targetIds: Buffer[];
}

/** Adds a command whose last argument is `[uuid|file...]`: what it says it says of these. */
export function addTargetCommand(parent: Command, usage: string, summary: string): Command {
  return addLibraryCommand(parent, usage, summary)
    .option(
      '--entry',
      'only the files themselves (their device writes that), not every copy of their content',
    )
    .option('--from-file <path>', 'also the files that this list names, a line each or by NUL; - for stdin');
}

/**
 * Runs `begin`, finds all files, then asks for them with what it gave, portion by portion: each is done as a whole, and
 * nothing is done where a file is not there. Throws as `filesGiven` and `entryIdsOf`.
 */
export async function forTargets(
  given: {
    readonly surroundings: Surroundings;
    readonly options: TargetOptions;
    readonly files: readonly string[];
  },
  begin: (device: DeviceLibrary) => Promise<(asked: TargetsAsked) => Promise<void>>,
): Promise<void> {
  const { files, options, surroundings } = given;
  const { entry, fromFile } = options;
  const wanted = await filesGiven({ files, fromFile, stdin: surroundings.stdin });
  await withLibrary(options, async (device) => {
    const ask = await begin(device);
    const target = entry === true ? TagTarget.TAG_TARGET_ENTRY : TagTarget.TAG_TARGET_CONTENT;
    const ids = await entryIdsOf(device, wanted);
    for (const portion of inPortions(ids, limits.targetsMax)) {
      await ask({ libraryId: device.libraryId, target, targetIds: [...portion] }).catch((error: unknown) => {
        throw namedAsGiven(error, wanted, ids);
      });
    }
  });
}

/** A failure about one of many files says which, as it was given: its record says little to people. */
export function namedAsGiven(error: unknown, wanted: readonly string[], ids: readonly Buffer[]): unknown {
  if (!(error instanceof ShoalError) || error.subject.record === undefined) return error;
  const at = ids.findIndex((id) => uuidFromBytes(id, 'target') === error.subject.record);
  if (at < 0) return error;
  return new ShoalError(error.code, `${wanted[at]}: ${error.message}`, error.subject, error);
}
