import { uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { listLibraries, readHome } from '@shoal/service-kit';
import type { Command } from 'commander';
import { pickLibrary } from '../ask/choose-library.ts';
import { type FolderTotals, folderTotals } from '../ask/folder-totals.ts';
import { parseInteger } from '../ask/parse-argument.ts';
import { openDevice } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { followWork } from '../progress/follow-work.ts';
import { createProgressMeter, type Work } from '../progress/progress-meter.ts';
import { workLeft } from '../progress/work-left.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface WaitOptions extends LibraryOptions {
  readonly timeout?: string;
}

/** `shoal wait`: until nothing is left to index, send, fetch or apply, with progress; for people and for scripts. */
export function addWaitCommand(program: Command, surroundings: Surroundings): void {
  addLibraryCommand(program, 'wait', 'wait until nothing is left to index, send, fetch or apply')
    .option('--timeout <seconds>', 'at most so long; then it fails with deadline-exceeded')
    .addHelpText('after', helpExamples('wait', 'wait --timeout 60 --library photos', 'wait --json'))
    .action(async (options: WaitOptions) => {
      const output = outputOf(surroundings, options);
      const timeout = options.timeout;
      const timeoutMs =
        timeout === undefined ? undefined : parseInteger(timeout, 'timeout', { min: 1, max: 86_400 }) * 1_000;
      const all = await listLibraries((await readHome(options.home)).paths);
      const wanted =
        options.library === undefined && all.length > 0 ? all : [pickLibrary(all, options.library)];
      const startedMs = performance.now();
      const stopping = new AbortController();
      void surroundings.endAsked().then(() => stopping.abort());
      const counting = new AbortController();
      const totalsById = new Map<string, FolderTotals>();
      const read = () => worksOf(options.home, wanted, { totalsById, signal: counting.signal });
      try {
        await followWork({
          read,
          meter: createProgressMeter(output),
          signal: stopping.signal,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
      } finally {
        counting.abort();
      }
      const waitedMs = Math.round(performance.now() - startedMs);
      const libraries = wanted.map(({ libraryId, name }) => ({ id: libraryId, name }));
      output.result({ libraries, waitedMs }, () => libraries.map(({ name }) => `library ${name} is in step`));
    });
}

interface Counting {
  readonly totalsById: Map<string, FolderTotals>;
  readonly signal: AbortSignal;
}

/** The device is looked for at each look: it may have restarted, and listen elsewhere. */
async function worksOf(
  dir: string,
  libraries: readonly { readonly libraryId: string; readonly name: string }[],
  { totalsById, signal }: Counting,
): Promise<readonly Work[]> {
  const device = await openDevice(dir);
  try {
    const works: Work[] = [];
    for (const { libraryId: id, name } of libraries) {
      const libraryId = uuidToBytes(id);
      const status = await device.gateway.getStatus({ libraryId });
      if (status.sync?.state === 'paused') {
        throw new ShoalError(
          'invalid-argument',
          `library ${name} is paused: go on with \`shoal library resume\``,
          {
            field: 'library',
          },
        );
      }
      const totals = totalsById.get(id) ?? folderTotals(dir, { libraryId, signal });
      totalsById.set(id, totals);
      for (const location of status.capture?.locations ?? []) {
        if (location.state === 'scanning') totals.count(location);
      }
      works.push(...workLeft(status, totals.byPath));
    }
    return works;
  } finally {
    device.gateway.close();
  }
}
