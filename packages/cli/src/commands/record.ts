import { MutationKind, toJson, versionFromText } from '@shoal/client';
import type { Command } from 'commander';
import { listRecords } from '../ask/list-records.ts';
import { parseInteger, parseUuid } from '../ask/parse-argument.ts';
import { readJsonArgument } from '../ask/read-json-argument.ts';
import { parseRecordInput } from '../ask/record-input.ts';
import { writtenOf } from '../ask/tags.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal record put|get|list|delete MODEL`: any model that is registered, as JSON. */
export function addRecordCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('record').description('records of any model, as JSON');
  addPut(parent, surroundings);
  addGet(parent, surroundings);
  addList(parent, surroundings);
  addDelete(parent, surroundings);
}

interface PutOptions extends LibraryOptions {
  readonly replace?: boolean;
  readonly uuid?: string;
}

function addPut(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(
    parent,
    'put <model> [json]',
    'write fields of a record; without JSON they come from stdin',
  )
    .option('--replace', 'fields that are not given take their defaults')
    .option('--uuid <uuid>', 'which record (default: the one in the JSON, else a new one)')
    .addHelpText(
      'after',
      helpExamples(
        'record put tag \'{"canonical_name":"holiday"}\'',
        'record put tag \'{"color":"green"}\' --uuid 0198c0de-0000-7000-8000-000000000001',
        'record put tag - --replace < tag.json',
      ),
    )
    .addHelpText(
      'after',
      '\nThe JSON is an object of fields, or what `record get --json` prints. With "version" in it the write replaces' +
        '\nonly what that version had seen; without one it replaces what is there. References are UUIDs.',
    )
    .action(async (model: string, json: string | undefined, options: PutOptions) => {
      const input = parseRecordInput(await readJsonArgument(json, surroundings.stdin), {
        model,
        ...(options.uuid === undefined ? {} : { uuid: options.uuid }),
      });
      const kind =
        options.replace === true ? MutationKind.MUTATION_KIND_REPLACE : MutationKind.MUTATION_KIND_PUT;
      const reply = await withLibrary(options, ({ gateway, libraryId }) =>
        gateway.write({ libraryId, mutations: [{ kind, model, ...input }] }),
      );
      const written = writtenOf(reply);
      outputOf(surroundings, options).result(written, () => written.id);
    });
}

function addGet(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'get <model> <uuid>', 'show one record')
    .addHelpText('after', helpExamples('record get tag 0198c0de-0000-7000-8000-000000000001'))
    .action(async (model: string, uuid: string, options: LibraryOptions) => {
      const recordId = parseUuid(uuid, 'uuid');
      const record = await withLibrary(options, ({ gateway, libraryId }) =>
        gateway.getRecord({ libraryId, model, recordId }),
      );
      const json = toJson(record);
      outputOf(surroundings, options).result(json, () => JSON.stringify(json, null, 2));
    });
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list <model>', 'list records in order of their UUIDs; with --json as one array')
    .option('--limit <count>', 'at most so many')
    .option('--after <uuid>', 'only those behind this UUID')
    .addHelpText('after', helpExamples('record list tag', 'record list entry --limit 100 --json'))
    .action(
      async (
        model: string,
        options: LibraryOptions & { readonly limit?: string; readonly after?: string },
      ) => {
        const output = outputOf(surroundings, options);
        const countMax =
          options.limit === undefined
            ? Number.MAX_SAFE_INTEGER
            : parseInteger(options.limit, 'limit', { min: 1, max: Number.MAX_SAFE_INTEGER });
        const after = options.after === undefined ? Buffer.alloc(0) : parseUuid(options.after, 'after');
        await withLibrary(options, async ({ gateway, libraryId }) => {
          let count = 0;
          for await (const record of listRecords(gateway, { libraryId, model, after, countMax })) {
            // Record by record: a library need not fit into memory.
            const text = JSON.stringify(record);
            output.line(output.isJson ? `${count === 0 ? '[' : ','}${text}` : text);
            count += 1;
          }
          if (output.isJson) output.line(count === 0 ? '[]' : ']');
        });
      },
    );
}

function addDelete(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'delete <model> <uuid>', 'delete one record, and what requires it')
    .option('--version-read <version>', 'the version that `record get` gave: what came since is left alone')
    .addHelpText('after', helpExamples('record delete tag 0198c0de-0000-7000-8000-000000000001'))
    .action(
      async (model: string, uuid: string, options: LibraryOptions & { readonly versionRead?: string }) => {
        const mutation = {
          kind: MutationKind.MUTATION_KIND_DELETE,
          model,
          recordId: parseUuid(uuid, 'uuid'),
          fields: [],
          seen: options.versionRead === undefined ? [] : versionFromText(options.versionRead),
        };
        await withLibrary(options, ({ gateway, libraryId }) =>
          gateway.write({ libraryId, mutations: [mutation] }),
        );
        outputOf(surroundings, options).result({ model, id: uuid, deleted: true }, () => `deleted ${uuid}`);
      },
    );
}
