import { Domain, type LogLine, uuidFromBytes } from '@shoal/client';
import { limits } from '@shoal/core';
import type { Command } from 'commander';
import { parseChoice, parseInteger } from '../ask/parse-argument.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal log`: the log as people read it; headers, no payloads. With --json one array. */
export function addLogCommand(program: Command, surroundings: Surroundings): void {
  addLibraryCommand(program, 'log', 'what stands in the log of this device: headers, no payloads')
    .option('--from <seq>', 'the first seq wanted', '1')
    .option('--limit <count>', 'at most so many', '1000')
    .option('--domain <index|user-metadata>', 'of this domain alone')
    .option('--sync-ready <yes|no>', 'whose record was, or was not, ready to sync')
    .addHelpText(
      'after',
      helpExamples('log', 'log --from 1200 --limit 20', 'log --domain user-metadata --json'),
    )
    .addHelpText(
      'after',
      '\nA line: its number in this log, when it was written, the end of the UUID of its device with stream and number\nthere, what was done to which record, and the size of what is sealed.',
    )
    .action(async (options: LogOptions) => {
      const output = outputOf(surroundings, options);
      const bounds = { min: 1, max: Number.MAX_SAFE_INTEGER };
      const first = parseInteger(options.from, 'from', bounds);
      let left = parseInteger(options.limit, 'limit', bounds);
      const filter = filterOf(options);
      const isFiltered = Object.keys(filter).length > 0;
      await withLibrary(options, async ({ gateway, libraryId }) => {
        let fromSeq = first;
        let count = 0;
        while (left > 0) {
          // With a filter a page answers some of what it looked at, or nothing.
          const limit = isFiltered ? limits.batchEntriesMax : Math.min(left, limits.batchEntriesMax);
          const page = await gateway.readLog({ libraryId, fromSeq, limit, ...filter });
          const { nextSeq, headSeq } = page;
          const lines = page.lines.slice(0, left);
          for (const line of lines) {
            const described = describeLine(line);
            const separator = count === 0 ? '[' : ',';
            output.line(output.isJson ? `${separator}${JSON.stringify(described)}` : textOf(described));
            count += 1;
          }
          left -= lines.length;
          if (nextSeq > headSeq || nextSeq <= fromSeq) break;
          fromSeq = nextSeq;
        }
        if (output.isJson) output.line(count === 0 ? '[]' : ']');
      });
    });
}

interface LogOptions extends LibraryOptions {
  readonly from: string;
  readonly limit: string;
  readonly domain?: string;
  readonly syncReady?: string;
}

const domains = { index: Domain.DOMAIN_INDEX, 'user-metadata': Domain.DOMAIN_USER_METADATA };
const answers = { yes: true, no: false };

function filterOf({ domain, syncReady }: LogOptions) {
  return {
    ...(domain === undefined ? {} : { domain: parseChoice(domain, 'domain', domains) }),
    ...(syncReady === undefined ? {} : { syncReady: parseChoice(syncReady, 'sync-ready', answers) }),
  };
}

const changes = ['?', 'insert', 'update', 'delete'];

function describeLine({ seq, header, position, sealedBytes }: LogLine) {
  return {
    seq,
    library: header === undefined ? '?' : uuidFromBytes(header.libraryId, 'library_id'),
    change: changes[header?.change ?? 0] ?? '?',
    model: header?.model ?? '?',
    domain: Object.entries(domains).find(([, domain]) => domain === header?.domain)?.[0] ?? '?',
    syncReady: header?.syncReady ?? false,
    record: header === undefined ? '?' : uuidFromBytes(header.recordId, 'record_id'),
    origin: header === undefined ? '?' : uuidFromBytes(header.origin, 'origin'),
    stream: position?.stream.subarray(16).toString('hex') ?? '?',
    originSeq: position?.originSeq ?? 0,
    group: [position?.groupFirst ?? 0, position?.groupLast ?? 0],
    rank: header?.rank ?? 0,
    at: new Date(header?.wallMs ?? 0).toISOString(),
    sealedBytes,
  };
}

function textOf(line: ReturnType<typeof describeLine>): string {
  const place = `${line.origin.slice(-12)}/${line.stream.slice(0, 4)}#${line.originSeq}`;
  const what = `${line.change} ${line.model} ${line.record}`;
  return `${String(line.seq).padStart(8)}  ${line.at}  ${place.padEnd(26)}  ${what}  ${line.sealedBytes} B`;
}
