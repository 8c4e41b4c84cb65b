import { uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { type HomeLibrary, listLibraries, readHome, readServiceRun } from '@shoal/service-kit';
import type { Command } from 'commander';
import { pickLibrary } from '../ask/choose-library.ts';
import { openDevice } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { describeStatus, statusLines } from '../show/describe-status.ts';
import { readDeviceNames } from '../show/device-names.ts';
import { watchStatus } from '../show/watch-status.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal status [--watch]`: one JSON array, an element per library; with --watch a line per change. */
export function addStatusCommand(program: Command, surroundings: Surroundings): void {
  addLibraryCommand(program, 'status', 'what this device has, what it waits for, whom it hears')
    .option(
      '--watch',
      'follow it until Ctrl-C: a table in place, or a block per change where there is no terminal',
    )
    .addHelpText('after', helpExamples('status', 'status --watch', 'status --json --library photos'))
    .action(async (options: LibraryOptions & { readonly watch?: boolean }) => {
      const output = outputOf(surroundings, options);
      if (options.watch !== true) return show(output, await readStatus(options));
      const { stdout } = surroundings;
      const ending = surroundings.endAsked();
      await watchStatus({
        read: () => readStatus(options),
        lines: (it) => statusLines(it, Date.now()),
        output,
        stdout,
        ending,
      });
    });
}

function show(output: ReturnType<typeof outputOf>, statuses: Awaited<ReturnType<typeof readStatus>>): void {
  output.result(statuses, () => statuses.flatMap((it) => statusLines(it, Date.now())));
}

async function readStatus(options: LibraryOptions) {
  const { home, gateway } = await openDevice(options.home);
  try {
    const http = (await readServiceRun(home.paths, 'gateway'))?.http;
    const statuses = [];
    for (const { libraryId } of await wantedLibraries(options)) {
      const id = uuidToBytes(libraryId);
      const [status, names] = await Promise.all([
        gateway.getStatus({ libraryId: id }),
        readDeviceNames(gateway, id),
      ]);
      statuses.push(describeStatus(status, { home: home.paths.dir, http, names }));
    }
    return statuses;
  } finally {
    gateway.close();
  }
}

async function wantedLibraries(options: LibraryOptions): Promise<readonly HomeLibrary[]> {
  const libraries = await listLibraries((await readHome(options.home)).paths);
  if (libraries.length === 0) {
    throw new ShoalError('not-found', 'this device has no library: `shoal library create` or `join`', {
      field: 'library',
    });
  }
  return options.library === undefined ? libraries : [pickLibrary(libraries, options.library)];
}
