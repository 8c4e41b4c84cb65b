import { conflictToJson, type GatewayClient, type JsonConflict } from '@shoal/client';
import { limits } from '@shoal/core';
import type { Command } from 'commander';
import { parseInteger, parseUuid } from '../ask/parse-argument.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { describeConflict, describeSides } from '../show/describe-conflict.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { addConflictDecisions } from './conflict-decisions.ts';

/** `shoal conflicts list|show|watch|keep|flip|restore`: what met on this device, who won by which rule, and otherwise (MRG-8). */
export function addConflictCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('conflicts').description('what met on this device and is not shown');
  addList(parent, surroundings);
  addShow(parent, surroundings);
  addWatch(parent, surroundings);
  addConflictDecisions(parent, surroundings);
}

interface ListOptions extends LibraryOptions {
  readonly model?: string;
  readonly record?: string;
  readonly all?: boolean;
  readonly limit: string;
}

const anyInteger = { min: 1, max: Number.MAX_SAFE_INTEGER };

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list', 'open conflicts, the latest first; with --json as one array')
    .option('--model <model>', 'of one model')
    .option('--record <uuid>', 'of one record')
    .option('--all', 'also those that are settled')
    .option('--limit <count>', 'at most so many', '1000')
    .addHelpText(
      'after',
      helpExamples('conflicts list', 'conflicts list --all --model tag', 'conflicts list --json --limit 10'),
    )
    .action(async (options: ListOptions) => {
      const output = outputOf(surroundings, options);
      const countMax = parseInteger(options.limit, 'limit', anyInteger);
      const recordId = options.record === undefined ? Buffer.alloc(0) : parseUuid(options.record, 'record');
      const filter = { model: options.model ?? '', recordId, openOnly: options.all !== true };
      await withLibrary(options, async ({ gateway, libraryId }) => {
        let count = 0;
        for await (const conflict of listConflicts(gateway, { libraryId, ...filter }, countMax)) {
          // One by one: a journal need not fit into memory.
          const text = output.isJson ? JSON.stringify(conflict) : describeConflict(conflict);
          output.line(output.isJson ? `${count === 0 ? '[' : ','}${text}` : text);
          count += 1;
        }
        if (output.isJson) output.line(count === 0 ? '[]' : ']');
        else if (count === 0) output.note(filter.openOnly ? 'nothing is open' : 'the journal is empty');
      });
    });
}

function addShow(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'show <id>', 'one conflict with all that met')
    .addHelpText('after', helpExamples('conflicts show 7'))
    .action(async (id: string, options: LibraryOptions) => {
      const conflictId = parseInteger(id, 'id', anyInteger);
      const conflict = await withLibrary(options, ({ gateway, libraryId }) =>
        gateway.getConflict({ libraryId, conflictId }),
      );
      const json = conflictToJson(conflict);
      outputOf(surroundings, options).result(json, () => [describeConflict(json), ...describeSides(json)]);
    });
}

function addWatch(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'watch', 'conflicts as they open, until Ctrl-C; with --json an object per line')
    .option('--after <id>', 'first those that are open and were noticed behind this one')
    .addHelpText('after', helpExamples('conflicts watch', 'conflicts watch --after 7 --json'))
    .action(async (options: LibraryOptions & { readonly after?: string }) => {
      const output = outputOf(surroundings, options);
      const after = options.after === undefined ? 0 : parseInteger(options.after, 'after', anyInteger);
      const stopping = new AbortController();
      void surroundings.endAsked().then(() => stopping.abort());
      await withLibrary(options, async ({ gateway, libraryId }) => {
        const opened = gateway.watchConflicts({ libraryId, after }, { signal: stopping.signal });
        try {
          for await (const conflict of opened) {
            const json = conflictToJson(conflict);
            output.line(output.isJson ? JSON.stringify(json) : describeConflict(json));
          }
        } catch (error) {
          if (!stopping.signal.aborted) throw error;
        }
      });
    });
}

/** The journal, page by page. */
async function* listConflicts(
  gateway: GatewayClient,
  filter: {
    readonly libraryId: Buffer;
    readonly model: string;
    readonly recordId: Buffer;
    readonly openOnly: boolean;
  },
  countMax: number,
): AsyncGenerator<JsonConflict> {
  let after = 0;
  for (let left = countMax; left > 0; ) {
    const limit = Math.min(left, limits.pageRecordsMax);
    const { conflicts, next } = await gateway.listConflicts({ ...filter, limit, after });
    for (const conflict of conflicts) yield conflictToJson(conflict);
    left -= conflicts.length;
    if (next === 0) return;
    after = next;
  }
}
