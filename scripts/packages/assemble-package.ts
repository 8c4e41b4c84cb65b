import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packedManifest } from './packed-manifest.ts';
import type { PublishedPackage } from './published-packages.ts';

/** What a package needs at run time and the compiler does not make, by its path in the package. */
const asTheyAre = ['CHANGELOG.md', 'bin/**', 'src/**/*.sh', 'shoal/v1/*.proto', 'gen/*.binpb'];

/**
 * Writes `dist/` of a package anew: the folder that is packed. It has the same rooms as the package itself, so a path
 * from one of its files to another is the same before and after the build. `built` is where the compiler wrote.
 */
export function assemblePackage(
  { folder, room, manifest }: PublishedPackage,
  { root, built }: { readonly root: string; readonly built: string },
): void {
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  for (const part of ['src', 'gen']) {
    const from = join(built, room, part);
    if (existsSync(from)) cpSync(from, join(dist, part), { recursive: true });
  }
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    const path = join(dist, file);
    writeFileSync(path, withJsImports(readFileSync(path, 'utf8')));
  }
  for (const file of globSync('**/*.js.map', { cwd: dist })) {
    const path = join(dist, file);
    writeFileSync(path, withNearSource(readFileSync(path, 'utf8'), basename(file, '.js.map')));
  }
  for (const file of globSync(asTheyAre, { cwd: folder })) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    cpSync(join(folder, file), join(dist, file), { recursive: true });
  }
  cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
  writeFileSync(join(dist, 'README.md'), readme(manifest.name, manifest.description ?? ''));
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`);
}

/** The compiler leaves `.ts` in what declarations import, and not every reader finds `x.d.ts` by it. */
export function withJsImports(declarations: string): string {
  return declarations.replace(/(\bfrom |\bimport\(|\bimport )(["'])(\.{1,2}\/[^"']+)\.ts\2/g, '$1$2$3.js$2');
}

/** The source stands in the map itself, under the name of the file: its path in the repository leads nowhere elsewhere. */
export function withNearSource(map: string, name: string): string {
  return JSON.stringify({ ...(JSON.parse(map) as object), sourceRoot: '', sources: [`${name}.ts`] });
}

function readme(name: string, description: string): string {
  return `# ${name}\n\n${description}\n\nA part of Shoal, a sync engine for local-first data. Needs Node.js 24 or newer. Apache-2.0.\n`;
}
