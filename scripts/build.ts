// `npm run build`: writes `dist/` of every package that others can install. Nothing inside the repository reads it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assemblePackage } from './packages/assemble-package.ts';
import { publishedPackages } from './packages/published-packages.ts';

const root = join(import.meta.dirname, '..');
const built = join(root, 'node_modules', '.cache', 'shoal-build');
rmSync(built, { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', built], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
const packages = publishedPackages(root);
for (const found of packages) assemblePackage(found, { root, built });
process.stdout.write(`built ${packages.length} packages\n`);
