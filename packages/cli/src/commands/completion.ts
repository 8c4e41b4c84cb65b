import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { completionScript, filesMark, shells } from '../completion/completion-script.ts';
import { readDeviceValues } from '../completion/device-values.ts';
import { type Candidate, planCompletion } from '../completion/plan-completion.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { withBrokenConfig } from '../settings/settle-settings.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

const launcher = fileURLToPath(new URL('../../bin/shoal.js', import.meta.url));

/** `shoal completion SHELL`: a script for a shell, which asks `shoal completion words -- WORDS` at each key. */
export function addCompletionCommand(program: Command, surroundings: Surroundings): void {
  const command = addCommand(
    program,
    'completion',
    'print a script that completes commands, options and values in a shell',
  );
  // A shell asks at each key: not the moment to be told of a broken file.
  withBrokenConfig(command)
    .addArgument(
      new Argument('<shell>', 'which shell; `words` is what the scripts ask').choices([...shells, 'words']),
    )
    .argument('[words...]', 'with `words`: what follows `shoal` so far, the last one to be completed')
    .addHelpText(
      'after',
      helpExamples('completion bash', 'completion zsh', 'completion fish', 'completion words -- library l'),
    )
    .action(async (wanted: string, words: readonly string[], options: CommonOptions) => {
      const output = outputOf(surroundings, options);
      const shell = shells.find((it) => it === wanted);
      if (shell !== undefined) {
        const script = completionScript(shell, [process.execPath, launcher]);
        return output.result({ shell, script }, () => script.trimEnd());
      }
      const found = await candidates(program, words, options.home);
      output.result(found, () => found.map(({ value, about }) => `${value}\t${about}`));
    });
}

async function candidates(
  program: Command,
  words: readonly string[],
  home: string,
): Promise<readonly Candidate[]> {
  const plan = planCompletion(program, words);
  switch (plan.kind) {
    case 'words':
      return plan.words;
    case 'files':
      return [{ value: filesMark, about: '' }];
    case 'device': {
      const last = words.at(-1) ?? '';
      const found = await readDeviceValues(plan.values, { home: plan.home ?? home, library: plan.library });
      const fitting = found.filter(({ value }) => value.startsWith(last));
      // A location may be named by its folder, also in other words than the index has for it.
      return plan.values === 'location' ? [...fitting, { value: filesMark, about: '' }] : fitting;
    }
  }
}
