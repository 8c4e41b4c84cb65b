import { quarantinedToJson } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { discardAll } from '../ask/discard-all.ts';
import { listQuarantine } from '../ask/list-quarantine.ts';
import { parseInteger } from '../ask/parse-argument.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { describeOrigin, describeQuarantined } from '../show/describe-quarantined.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

const anyInteger = { min: 1, max: Number.MAX_SAFE_INTEGER };

/** `shoal quarantine list|show|retry|discard`: what this device could not apply, and what to do about it (ING-3). */
export function addQuarantineCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('quarantine').description('what this device could not apply');
  addList(parent, surroundings);
  addShow(parent, surroundings);
  addRetry(parent, surroundings);
  addDiscard(parent, surroundings);
}

interface ListOptions extends LibraryOptions {
  readonly model?: string;
  readonly limit: string;
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list', 'entries that wait, in the order they came; with --json as one array')
    .option('--model <model>', 'of one model')
    .option('--limit <count>', 'at most so many', '1000')
    .addHelpText('after', helpExamples('quarantine list', 'quarantine list --model tag --json'))
    .action(async (options: ListOptions) => {
      const output = outputOf(surroundings, options);
      const countMax = parseInteger(options.limit, 'limit', anyInteger);
      await withLibrary(options, async ({ gateway, libraryId }) => {
        const filter = { libraryId, model: options.model ?? '' };
        let count = 0;
        for await (const entry of listQuarantine(gateway, filter, countMax)) {
          const text = output.isJson ? JSON.stringify(entry) : describeQuarantined(entry);
          output.line(output.isJson ? `${count === 0 ? '[' : ','}${text}` : text);
          count += 1;
        }
        if (output.isJson) output.line(count === 0 ? '[]' : ']');
        else if (count === 0) output.note('nothing waits');
      });
    });
}

function addShow(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'show <id>', 'one entry: where it is from, why it waits, when it is tried again')
    .addHelpText('after', helpExamples('quarantine show 3'))
    .action(async (id: string, options: LibraryOptions) => {
      const quarantineId = parseInteger(id, 'id', anyInteger);
      const entry = await withLibrary(options, ({ gateway, libraryId }) =>
        gateway.getQuarantined({ libraryId, quarantineId }),
      );
      const json = quarantinedToJson(entry);
      outputOf(surroundings, options).result(json, () => [
        describeQuarantined(json),
        ...describeOrigin(json),
      ]);
    });
}

function addRetry(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'retry [ids...]', 'try entries again now; without an id all')
    .addHelpText('after', helpExamples('quarantine retry', 'quarantine retry 3 4'))
    .action(async (ids: readonly string[], options: LibraryOptions) => {
      const quarantineIds = ids.map((id) => parseInteger(id, 'id', anyInteger));
      const { applied, waiting } = await withLibrary(options, ({ gateway, libraryId }) =>
        gateway.retryQuarantine({ libraryId, quarantineIds }),
      );
      outputOf(surroundings, options).result(
        { applied, waiting },
        () => `${applied} applied, ${waiting} wait`,
      );
    });
}

function addDiscard(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(
    parent,
    'discard [ids...]',
    'forget entries for good: what they said is lost to this device',
  )
    .option('--all', 'all that wait')
    .addHelpText('after', helpExamples('quarantine discard 3 4', 'quarantine discard --all'))
    .action(async (ids: readonly string[], options: LibraryOptions & { readonly all?: boolean }) => {
      if ((options.all === true) === ids.length > 0) {
        throw new ShoalError('invalid-argument', '"ids": expected ids, or --all', { field: 'ids' });
      }
      const named = ids.map((id) => parseInteger(id, 'id', anyInteger));
      const { discarded, waiting } = await withLibrary(options, ({ gateway, libraryId }) =>
        options.all === true
          ? discardAll(gateway, libraryId)
          : gateway.discardQuarantine({ libraryId, quarantineIds: named }),
      );
      outputOf(surroundings, options).result(
        { discarded, waiting },
        () => `${discarded} discarded, ${waiting} wait`,
      );
    });
}
