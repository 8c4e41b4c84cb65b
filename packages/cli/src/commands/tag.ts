import { uuidFromBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { createTag, listTags, tagIdOf, tagsNamed } from '../ask/tags.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { counted } from '../show/counted.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { addTargetCommand, forTargets, type TargetOptions } from '../target-command.ts';

/** `shoal tag create|apply|remove|list`. */
export function addTagCommands(program: Command, surroundings: Surroundings): void {
  const parent = program.command('tag').description('tags, on files or on content');
  addCreate(parent, surroundings);
  addPutOn(parent, surroundings);
  addTakeOff(parent, surroundings);
  addList(parent, surroundings);
}

interface CreateOptions extends LibraryOptions {
  readonly color?: string;
  readonly displayName?: string;
  readonly namespace?: string;
}

function addCreate(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'create <name>', 'make a tag')
    .option('--color <color>', 'its color')
    .option('--display-name <name>', 'how it is shown')
    .option('--namespace <namespace>', 'where its name belongs')
    .addHelpText(
      'after',
      helpExamples('tag create holiday', 'tag create holiday --color green --display-name Holiday'),
    )
    .action(async (name: string, options: CreateOptions) => {
      // The model takes any text; a person who gives none left something out.
      if (name.trim() === '') {
        throw new ShoalError('invalid-argument', '"name": expected a name, found none', { field: 'name' });
      }
      const { color, displayName, namespace } = options;
      const tag = await withLibrary(options, ({ gateway, libraryId, home }) =>
        createTag(gateway, libraryId, {
          canonical_name: name,
          created_by_device: home.config.deviceId,
          ...(color !== undefined && { color }),
          ...(displayName !== undefined && { display_name: displayName }),
          ...(namespace !== undefined && { namespace }),
        }),
      );
      outputOf(surroundings, options).result(tag, () => `tag ${name} (${tag.id})`);
    });
}

function addPutOn(parent: Command, surroundings: Surroundings): void {
  addTargetCommand(
    parent,
    'apply <tag> [uuid|file...]',
    'put a tag on the content of files, or with --entry on the files',
  )
    .addHelpText(
      'after',
      helpExamples(
        'tag apply holiday ~/pictures/beach.jpg ~/pictures/sea.jpg',
        'tag apply holiday ~/pictures/beach.jpg --entry',
        'tag apply holiday 0198c0de-0000-7000-8000-000000000001',
        'tag apply rome --from-file - < files-in-rome.txt',
      ),
    )
    .action(async (wanted: string, files: readonly string[], options: TargetOptions) => {
      const ids: string[] = [];
      await forTargets({ surroundings, options, files }, async ({ gateway, libraryId }) => {
        const tagId = await tagIdOf(gateway, libraryId, wanted);
        return async (asked) => {
          const { applicationIds } = await gateway.applyTag({ ...asked, tagId });
          for (const id of applicationIds) ids.push(uuidFromBytes(id, 'application_ids'));
        };
      });
      outputOf(surroundings, options).result({ ids }, () =>
        ids.length === 1 ? `applied ${wanted}: ${ids[0]}` : `applied ${wanted} to ${ids.length} files`,
      );
    });
}

function addTakeOff(parent: Command, surroundings: Surroundings): void {
  addTargetCommand(
    parent,
    'remove <tag> [uuid|file...]',
    'take a tag off the content of files, or with --entry off the files',
  )
    .addHelpText('after', helpExamples('tag remove holiday ~/pictures/beach.jpg'))
    .action(async (wanted: string, files: readonly string[], options: TargetOptions) => {
      let removed = 0;
      await forTargets({ surroundings, options, files }, async ({ gateway, libraryId }) => {
        const tagId = await tagIdOf(gateway, libraryId, wanted);
        return async (asked) => {
          removed += (await gateway.removeTag({ ...asked, tagId })).removed;
        };
      });
      outputOf(surroundings, options).result({ removed }, () =>
        removed === 0 ? 'was not there' : `removed ${wanted} from ${counted(removed, 'file')}`,
      );
    });
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list [name]', 'list the tags of the library, or those of a name')
    .option('--namespace <namespace>', 'only those of this namespace')
    .addHelpText('after', helpExamples('tag list', 'tag list holiday', 'tag list --namespace system --json'))
    .action(async (name: string | undefined, options: LibraryOptions & { readonly namespace?: string }) => {
      const all = await withLibrary(options, ({ gateway, libraryId }) => listTags(gateway, libraryId));
      const tags = tagsNamed(all, { name, namespace: options.namespace });
      const isNamed = name !== undefined || options.namespace !== undefined;
      outputOf(surroundings, options).result(tags, () =>
        tags.length === 0
          ? `no tag ${isNamed ? 'of that name' : 'yet'}: \`shoal tag create NAME\``
          : tags.map(
              ({ id, fields }) =>
                `${id}  ${fields.namespace ? `${fields.namespace}:` : ''}${fields.canonical_name}`,
            ),
      );
    });
}
