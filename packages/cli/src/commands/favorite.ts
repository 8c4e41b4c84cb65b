import type { Command } from 'commander';
import { helpExamples } from '../help-examples.ts';
import { counted } from '../show/counted.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { addTargetCommand, forTargets, type TargetOptions } from '../target-command.ts';

/** `shoal favorite FILE...`: of content, so for all members of the library, or of the files alone (S1-07). */
export function addFavoriteCommand(program: Command, surroundings: Surroundings): void {
  addTargetCommand(
    program,
    'favorite [uuid|file...]',
    'make files favourites of the library, or with --off none',
  )
    .option('--off', 'they are favourites no more')
    .addHelpText(
      'after',
      helpExamples('favorite ~/pictures/beach.jpg', 'favorite ~/pictures/beach.jpg --off'),
    )
    .action(async (files: readonly string[], options: TargetOptions & { readonly off?: boolean }) => {
      const favorite = options.off !== true;
      let changed = 0;
      await forTargets({ surroundings, options, files }, async ({ gateway }) => async (asked) => {
        changed += (await gateway.setFavorite({ ...asked, favorite })).changed;
      });
      outputOf(surroundings, options).result({ changed }, () => textOf(changed, favorite));
    });
}

function textOf(changed: number, favorite: boolean): string {
  if (changed === 0) return favorite ? 'favourite already' : 'was no favourite';
  const many = counted(changed, 'favourite');
  return favorite ? `${many} more` : `${many} less`;
}
