#!/usr/bin/env node
// Plain JavaScript: the shell's Node may be older than the one that Shoal runs on (24), which npm installs with
// the project. Runs `shoal` in this process where that is possible, else in a child with that Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

// The source in a checkout, what was built from it in a package that somebody installed.
const source = fileURLToPath(new URL('../src/', import.meta.url));
const main = join(source, existsSync(join(source, 'main.ts')) ? 'main.ts' : 'main.js');

// What Node compiled is kept beside the code (see src/supervisor/compile-cache.ts): half the time to the first word.
const installed = source.lastIndexOf(`${sep}node_modules${sep}`);
const root = installed === -1 ? join(source, '..', '..', '..') : source.slice(0, installed);
const compiled = join(root, 'node_modules', '.cache', 'shoal-compile');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? compiled);
  const { main: run } = await import(main);
  const code = await run(process.argv.slice(2));
  process.stdout.write('', () => process.exit(code));
} else {
  runWith(projectNode(dirname(main)));
}

function projectNode(start) {
  for (let dir = start; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', '.bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dir === dirname(dir)) return undefined;
  }
}

function runWith(node) {
  if (node === undefined) {
    process.stderr.write(
      `missing-dependency: Node.js 24 or newer is needed, found ${process.version}; run npm ci\n`,
    );
    process.exit(3);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compiled, ...process.env },
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => {
    process.stderr.write(`missing-dependency: ${node} could not be started: ${error.message}\n`);
    process.exit(3);
  });
  // What a signal ended has no code: 130 for Ctrl-C, as everywhere.
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
