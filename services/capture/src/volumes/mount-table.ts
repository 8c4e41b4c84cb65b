/** A file system that is mounted, as `/proc/self/mountinfo` has it. */
export interface Mount {
  readonly mountPoint: string;
  /** What is mounted: a block device by its path, or a name that tells little (`tmpfs`, `overlay`). */
  readonly source: string;
  readonly fsType: string;
  /** Major and minor number: `8:1`. */
  readonly device: string;
}

/** Parses `/proc/self/mountinfo`; a line that reads otherwise is left out. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ');
    const [, , device, , mountPoint] = before.split(' ');
    const [fsType, source] = after?.split(' ') ?? [];
    if (device === undefined || mountPoint === undefined || fsType === undefined || source === undefined)
      return [];
    return [{ device, mountPoint: unescaped(mountPoint), source: unescaped(source), fsType }];
  });
}

/** The file system that a real path lies on: the deepest mount point above it, of several at one the latest. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let deepest: Mount | null = null;
  for (const mount of mounts) {
    const isAbove = mount.mountPoint === '/' || `${path}/`.startsWith(`${mount.mountPoint}/`);
    if (isAbove && (deepest === null || mount.mountPoint.length >= deepest.mountPoint.length))
      deepest = mount;
  }
  return deepest;
}

/** Spaces, tabs, line ends and backslashes stand there as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
