import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceManifest } from './packed-manifest.ts';

/** A package that others can install. */
export interface PublishedPackage {
  /** Absolute. */
  readonly folder: string;
  /** As in `packages/core`. */
  readonly room: string;
  readonly manifest: SourceManifest;
}

/** The packages of the repository that are not private, by name. */
export function publishedPackages(root: string): readonly PublishedPackage[] {
  return globSync(['packages/*', 'services/*'], { cwd: root })
    .filter((room) => existsSync(join(root, room, 'package.json')))
    .map((room) => {
      const manifest = JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as SourceManifest;
      return { folder: join(root, room), room, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
}
