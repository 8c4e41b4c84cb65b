import { TagTarget, uuidFromBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { entryIdOf } from '../ask/entry-of-file.ts';
import { createTag, listTags, tagIdOf } from '../ask/tags.ts';
import { withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

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

interface TargetOptions extends LibraryOptions {
  readonly entry?: boolean;
}

function addPutOn(parent: Command, surroundings: Surroundings): void {
  addTargetCommand(
    parent,
    'apply <tag> <uuid|file>',
    'put a tag on the content of a file, or with --entry on the file',
  )
    .addHelpText(
      'after',
      helpExamples(
        'tag apply holiday ~/pictures/beach.jpg',
        'tag apply holiday ~/pictures/beach.jpg --entry',
        'tag apply holiday 0198c0de-0000-7000-8000-000000000001',
      ),
    )
    .action(async (wanted: string, target: string, options: TargetOptions) => {
      const { applicationId } = await withLibrary(options, async (device) => {
        const { gateway, libraryId } = device;
        const tagId = await tagIdOf(gateway, libraryId, wanted);
        const targetId = await entryIdOf(device, target);
        return gateway.applyTag({ libraryId, tagId, target: targetOf(options), targetId });
      });
      const id = uuidFromBytes(applicationId, 'application_id');
      outputOf(surroundings, options).result({ id }, () => `applied ${wanted}: ${id}`);
    });
}

function addTakeOff(parent: Command, surroundings: Surroundings): void {
  addTargetCommand(
    parent,
    'remove <tag> <uuid|file>',
    'take a tag off the content of a file, or with --entry off the file',
  )
    .addHelpText('after', helpExamples('tag remove holiday ~/pictures/beach.jpg'))
    .action(async (wanted: string, target: string, options: TargetOptions) => {
      const { removed } = await withLibrary(options, async (device) => {
        const { gateway, libraryId } = device;
        const tagId = await tagIdOf(gateway, libraryId, wanted);
        const targetId = await entryIdOf(device, target);
        return gateway.removeTag({ libraryId, tagId, target: targetOf(options), targetId });
      });
      outputOf(surroundings, options).result({ removed }, () => (removed ? 'removed' : 'was not there'));
    });
}

function addList(parent: Command, surroundings: Surroundings): void {
  addLibraryCommand(parent, 'list', 'list the tags of the library')
    .addHelpText('after', helpExamples('tag list', 'tag list --json'))
    .action(async (options: LibraryOptions) => {
      const tags = await withLibrary(options, ({ gateway, libraryId }) => listTags(gateway, libraryId));
      outputOf(surroundings, options).result(tags, () =>
        tags.length === 0
          ? 'no tag yet: `shoal tag create NAME`'
          : tags.map(({ id, fields }) => `${id}  ${fields.canonical_name}`),
      );
    });
}

function addTargetCommand(parent: Command, usage: string, summary: string): Command {
  return addLibraryCommand(parent, usage, summary).option(
    '--entry',
    'only this file (its device writes that), not every copy of its content',
  );
}

function targetOf({ entry }: TargetOptions): TagTarget {
  return entry === true ? TagTarget.TAG_TARGET_ENTRY : TagTarget.TAG_TARGET_CONTENT;
}
