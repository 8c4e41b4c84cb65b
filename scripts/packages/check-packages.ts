// `npm run test:packages`, after the build: packs what others can install, looks for what they would stumble over,
// installs it into an empty folder, and uses it there: types, two libraries in one process, a device by its command.
// Under this Node, and under the newest that npm has.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { packedManifest } from './packed-manifest.ts';
import { publishedPackages } from './published-packages.ts';
import { runStep } from './run-step.ts';
import { tarballProblems } from './tarball-problems.ts';

const root = join(import.meta.dirname, '..', '..');
const consumer = join(import.meta.dirname, 'consumer');
const folder = mkdtempSync(join(tmpdir(), 'shoal-packages-'));
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
const packages = publishedPackages(root);

try {
  const tarballs = pack();
  await requireNoProblems(tarballs);
  const app = install(tarballs);
  requireTypes(app);
  use(app, process.execPath);
  use(app, newestNode());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The tarballs, in the order of the packages. */
function pack(): readonly string[] {
  const target = join(folder, 'tarballs');
  mkdirSync(target);
  const folders = packages.map(({ folder: each }) => join(each, 'dist'));
  runStep('npm', ['pack', ...quiet, '--ignore-scripts', '--pack-destination', target, ...folders], {
    cwd: folder,
  });
  const packed = packages.map(({ manifest }) => {
    const { name, version } = manifest;
    return join(target, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  });
  say(`packed ${readdirSync(target).length} packages`);
  return packed;
}

async function requireNoProblems(tarballs: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const [index, tarball] of tarballs.entries()) {
    problems.push(...(await tarballProblems(tarball, packages[index]!.manifest)));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  say('publint and "are the types wrong" find nothing');
}

/** An empty folder with nothing but what was packed, what that needs, and the programs that use it. */
function install(tarballs: readonly string[]): string {
  const app = join(folder, 'app');
  mkdirSync(app);
  const dependencies = Object.fromEntries(
    packages.map(({ manifest }, index) => [manifest.name, `file:${tarballs[index]}`]),
  );
  write(app, 'package.json', { name: 'somebody-elses', private: true, type: 'module', dependencies });
  write(app, 'tsconfig.json', {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      skipLibCheck: false,
    },
    include: ['*.ts'],
  });
  for (const file of readdirSync(consumer)) copyFileSync(join(consumer, file), join(app, file));
  writeFileSync(join(app, 'every-door.ts'), doors().join('\n'));
  runStep('npm', ['install', ...quiet, '--ignore-scripts', '--prefer-offline'], { cwd: app });
  say('installed them into an empty folder');
  return app;
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
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout } = spawnSync(tsc, ['-p', app, '--pretty', 'false'], { cwd: app, encoding: 'utf8' });
  const own = stdout.split('\n').filter((line) => /^[\w-]+\.ts\(|^node_modules\/@shoal\//.test(line));
  if (own.length > 0) throw new Error(own.join('\n'));
  say('its types are understood');
}

/** Runs the programs, and a device from `shoal init` to `shoal down`, with that Node first on PATH. */
function use(app: string, node: string): void {
  const env = {
    PATH: [dirname(node), join(app, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    NODE_OPTIONS: '',
  };
  const run = (command: string, ...args: string[]) => runStep(command, args, { cwd: app, env });
  const version = run('node', '--version').trim();
  run('node', 'every-door.ts');
  run('node', 'two-libraries.ts');
  const home = join(folder, `home-${version}`);
  run('shoal', 'init', '--home', home, '--name', 'laptop');
  run('shoal', 'library', 'create', 'photos', '--home', home);
  run('shoal', 'up', '--detach', '--home', home);
  try {
    run('shoal', 'tag', 'create', 'holiday', '--home', home);
    run('node', 'ask-a-device.ts', home);
    run('shoal', 'doctor', '--home', home);
  } finally {
    run('shoal', 'down', '--home', home);
  }
  say(`two libraries in one process and a device agree with Node ${version}`);
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
