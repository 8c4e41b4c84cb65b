/** `help record put` as commander takes it: `record help put`. Other arguments stay as they are. */
export function nestedHelp(args: readonly string[]): readonly string[] {
  const [first, ...path] = args;
  if (first !== 'help' || path.length < 2 || path.some((word) => word.startsWith('-'))) return args;
  return [...path.slice(0, -1), 'help', ...path.slice(-1)];
}
