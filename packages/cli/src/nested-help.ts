import type { Command } from 'commander';

/**
 * `help record put`, or `record help put`, as commander takes it: with `help` before the last word. Where a word is no
 * command it is asked to run that one instead, and says so. Other arguments stay as they are.
 */
export function nestedHelp(program: Command, args: readonly string[]): readonly string[] {
  const at = args.indexOf('help');
  const path = args.filter((_, index) => index !== at);
  if (at < 0 || path.length === 0 || path.some((word) => word.startsWith('-'))) return args;
  let command = program;
  for (const [index, word] of path.entries()) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return path.slice(0, index + 1);
    command = next;
    if (command.commands.length > 0) continue;
    // Behind a command that takes no other, `help` is an argument of it, and other words are not its own.
    return index < at ? args : helpOf(path.slice(0, index + 1));
  }
  return helpOf(path);
}

function helpOf(path: readonly string[]): readonly string[] {
  return [...path.slice(0, -1), 'help', ...path.slice(-1)];
}
