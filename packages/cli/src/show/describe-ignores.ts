import type { ChangeIgnoresReply } from '@shoal/client';

/** What a location leaves out, as JSON. */
export interface Ignores {
  /** In their order: the last one that matches decides. */
  readonly patterns: readonly string[];
  readonly defaultIgnores: boolean;
  /** The default list of the device's version, whether it holds or not. */
  readonly defaults: readonly string[];
}

/** What the device answered. */
export function describeIgnores({ patterns, defaultIgnores, defaults }: ChangeIgnoresReply): Ignores {
  return { patterns, defaultIgnores, defaults };
}

/** The same for people; the default list itself where `isWhole` asks for it. */
export function ignoreLines(
  { patterns, defaultIgnores, defaults }: Ignores,
  { isWhole }: { readonly isWhole: boolean },
): string[] {
  const more = isWhole ? '' : `, ${defaults.length} patterns; \`--list\` shows them`;
  return [
    `default list: ${defaultIgnores ? `on${more}` : 'off'}`,
    ...(isWhole && defaultIgnores ? defaults.map((pattern) => `  ${pattern}`) : []),
    patterns.length === 0
      ? 'patterns of this location: none'
      : 'patterns of this location, the last that matches decides:',
    ...patterns.map((pattern) => `  ${pattern}`),
  ];
}

/** What the latest comparison left out, by reason, for people: `14 ignored, 2 unreadable`; empty for nothing. */
export function skippedText(countsByReason: Readonly<Record<string, number>>): string {
  return Object.entries(countsByReason)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}
