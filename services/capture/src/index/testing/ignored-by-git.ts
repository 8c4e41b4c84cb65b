/**
 * Which of `paths` git would ignore by `patterns`, written down after its manual (gitignore, "Pattern format") and
 * nothing else: slow, and without a word of what it is to check. Folders end in `/`; a folder comes with all above it.
 */
export function ignoredByGit(patterns: readonly string[], paths: readonly string[]): ReadonlySet<string> {
  const rules = patterns.map(ruleOf);
  const ignored = new Set<string>();
  for (const path of paths.toSorted((left, right) => depthOf(left) - depthOf(right))) {
    // "It is not possible to re-include a file if a parent directory of that file is excluded."
    const isBelowIgnored = [...ignored].some((folder) => folder.endsWith('/') && path.startsWith(folder));
    const last = rules.findLast((rule) => matches(rule, path));
    if (isBelowIgnored || (last !== undefined && !last.isNegated)) ignored.add(path);
  }
  return ignored;
}

interface Rule {
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
  readonly isAnchored: boolean;
  /** The segments of the pattern. */
  readonly segments: readonly string[];
}

function ruleOf(pattern: string): Rule {
  const isNegated = pattern.startsWith('!');
  const positive = isNegated ? pattern.slice(1) : pattern;
  const isFolderOnly = positive.endsWith('/');
  const named = isFolderOnly ? positive.slice(0, -1) : positive;
  const isAnchored = named.includes('/');
  return { isNegated, isFolderOnly, isAnchored, segments: named.replace(/^\//, '').split('/') };
}

function matches({ isFolderOnly, isAnchored, segments }: Rule, path: string): boolean {
  if (isFolderOnly && !path.endsWith('/')) return false;
  const names = path.replace(/\/$/, '').split('/');
  return isAnchored ? matchesFrom(segments, names) : matchesName(segments[0]!, names.at(-1)!);
}

function matchesFrom([segment, ...others]: readonly string[], names: readonly string[]): boolean {
  if (segment === undefined) return names.length === 0;
  if (segment === '**') {
    // At the end it matches everything inside, not the folder itself; before that any number of folders.
    if (others.length === 0) return names.length > 0;
    return names.some((_, skipped) => matchesFrom(others, names.slice(skipped)));
  }
  const [name, ...below] = names;
  return name !== undefined && matchesName(segment, name) && matchesFrom(others, below);
}

/** One name by one segment: `*` any characters, `?` one, `[…]` one of them, `\` quotes. */
function matchesName(segment: string, name: string): boolean {
  if (segment === '') return name === '';
  const rest = segment.slice(1);
  switch (segment[0]) {
    case '*':
      return matchesName(rest, name) || (name !== '' && matchesName(segment, name.slice(1)));
    case '?':
      return name !== '' && matchesName(rest, name.slice(1));
    case '[': {
      const end = segment.indexOf(']', 2);
      return (
        name !== '' &&
        isOneOf(segment.slice(1, end), name[0]!) &&
        matchesName(segment.slice(end + 1), name.slice(1))
      );
    }
    case '\\':
      return name[0] === rest[0] && matchesName(rest.slice(1), name.slice(1));
    default:
      return name[0] === segment[0] && matchesName(rest, name.slice(1));
  }
}

function isOneOf(set: string, character: string): boolean {
  const isNegated = set.startsWith('!');
  const members = isNegated ? set.slice(1) : set;
  const isRange = members[1] === '-';
  const isIn = isRange ? members[0]! <= character && character <= members[2]! : members.includes(character);
  return isIn !== isNegated;
}

function depthOf(path: string): number {
  return path.replace(/\/$/, '').split('/').length;
}
