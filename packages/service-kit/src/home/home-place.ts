/** Where a home lies, as far as that can be told. */
export interface HomePlace {
  /** The machine; null where it has no name that lasts, as in a container. */
  readonly machine: string | null;
  /** The real path of the home. */
  readonly path: string;
  /** The folder itself, by file system and inode; a copy is another one, a renamed folder is not. */
  readonly folder: string;
}

/** How the place where a home is found stands to the one that it remembers. */
export type PlaceVerdict =
  /** The place that it remembers, or it remembers none. */
  | { readonly kind: 'same' }
  /** The very folder under another name: nobody else can have it. */
  | { readonly kind: 'renamed'; readonly from: string }
  /** Moved, or copied: only a person knows (REP-6). */
  | { readonly kind: 'elsewhere'; readonly from: HomePlace; readonly isOtherMachine: boolean };

/**
 * Judges where a home was found. A path on a machine is a place, whatever inode lies there: that is a backup put back,
 * a new disk, a network file system that numbers as it likes, and what went back there is found out otherwise (REP-6).
 * A machine that is not known is not compared.
 */
export function judgePlace(remembered: HomePlace | undefined, found: HomePlace): PlaceVerdict {
  if (remembered === undefined) return { kind: 'same' };
  const isOtherMachine = isKnownOther(remembered.machine, found.machine);
  if (isOtherMachine) return { kind: 'elsewhere', from: remembered, isOtherMachine };
  if (remembered.path === found.path) return { kind: 'same' };
  if (remembered.folder === found.folder) return { kind: 'renamed', from: remembered.path };
  return { kind: 'elsewhere', from: remembered, isOtherMachine };
}

function isKnownOther(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
