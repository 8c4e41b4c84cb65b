// `npm run test:packages`: builds and packs what others can install, looks for what they would stumble over, installs it
// into an empty folder, and uses it there: types, two libraries in one process, a device by its command, an application.
// Under this Node, and under the newest that npm has.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedManifest } from './packed-manifest.ts';
import { publishedPackages } from './published-packages.ts';
import { runStep } from './run-step.ts';
import { tarballProblems } from './tarball-problems.ts';
import { usePackages } from './use-packages.ts';

const root = join(import.meta.dirname, '..', '..');
const consumer = join(import.meta.dirname, 'consumer');
const folder = mkdtempSync(join(tmpdir(), 'shoal-packages-'));
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
const packages = publishedPackages(root);

try {
  const app = installAsTheGuideSays();
  await requireNoProblems();
  for (const node of [process.execPath, newestNode()]) {
    const version = usePackages({ app, homes: folder, node });
    say(`two libraries, a device and an application work with Node ${version}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The lines of docs/guides/packages.md, as they stand there, in a home that is empty; what comes out of them is an app. */
function installAsTheGuideSays(): string {
  const config = (name: string) => runStep('npm', ['config', 'get', name], { cwd: root }).trim();
  const env = {
    HOME: folder,
    npm_config_cache: config('cache'),
    npm_config_userconfig: config('userconfig'),
    npm_config_ignore_scripts: 'true',
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  runStep('sh', ['-euc', guideLines()], { cwd: root, env, timeoutMs: 600_000 });
  say(`packed ${packages.length} packages and installed them into an empty folder`);
  const app = join(folder, 'my-app');
  for (const file of readdirSync(consumer)) copyFileSync(join(consumer, file), join(app, file));
  writeFileSync(join(app, 'every-door.ts'), doors().join('\n'));
  cpSync(join(root, 'examples', 'notes'), join(app, 'notes'), { recursive: true });
  requireTypes(app);
  return app;
}

function guideLines(): string {
  const guide = readFileSync(join(root, 'docs', 'guides', 'packages.md'), 'utf8');
  const [, lines] = /```sh\n(.+?)```/s.exec(guide) ?? [];
  if (lines === undefined) throw new Error('docs/guides/packages.md has no block of commands');
  return lines;
}

async function requireNoProblems(): Promise<void> {
  const problems: string[] = [];
  for (const { manifest } of packages) {
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    problems.push(...(await tarballProblems(join(folder, 'shoal-packages', file), manifest)));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  say('publint and "are the types wrong" find nothing');
}

/** A program that goes through every door of every package. */
function doors(): readonly string[] {
  return packages.flatMap(({ manifest }) =>
    Object.keys(packedManifest(manifest).exports)
      .filter((door) => door !== './package.json')
      .map((door) => `await import('${manifest.name}${door.slice(1)}');`),
  );
}

/** Declarations of third parties may have faults of their own; in ours, and in what uses them, there is none. */
function requireTypes(app: string): void {
  write(app, 'tsconfig.json', {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      skipLibCheck: false,
    },
    include: ['*.ts', 'notes/*.ts'],
  });
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout } = spawnSync(tsc, ['-p', app, '--pretty', 'false'], { cwd: app, encoding: 'utf8' });
  const own = stdout
    .split('\n')
    .filter((line) => /^(notes\/)?[\w-]+\.ts\(|^node_modules\/@shoal\//.test(line));
  if (own.length > 0) throw new Error(own.join('\n'));
  say('its types are understood');
}

/** The newest Node that npm has for this machine, installed beside. */
function newestNode(): string {
  const own = join(folder, 'newest');
  mkdirSync(own);
  write(own, 'package.json', { name: 'newest-node', private: true });
  const name = `node-${process.platform}-${process.arch}`;
  runStep('npm', ['install', ...quiet, '--ignore-scripts', '--prefer-online', `${name}@latest`], {
    cwd: own,
  });
  return join(own, 'node_modules', name, 'bin', 'node');
}

function write(dir: string, file: string, content: unknown): void {
  writeFileSync(join(dir, file), `${JSON.stringify(content, null, 2)}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
