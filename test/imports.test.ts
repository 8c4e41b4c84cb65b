import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { roomOf, roomsImported, violations } from './import-rules.ts';
import { rooms } from './imports.fixture.ts';
import { filesBelow, isTestFile, root } from './source-files.ts';

const files = ['packages', 'services', 'bench', 'e2e'].flatMap((folder) =>
  filesBelow(folder, (name) => name.endsWith('.ts')),
);
const sourceOf = (path: string) => readFileSync(join(root, path), 'utf8');

test('every file keeps to the table of who may import whom, to the doors, and core to values', () => {
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap((path) => violations(path, sourceOf(path)))).toEqual([]);
});

test('no two rooms import each other, directly or round about', () => {
  const edges = new Map<string, Set<string>>();
  for (const path of files.filter((file) => !isTestFile(file))) {
    const own = roomOf(path)?.split('/').at(-1) ?? path;
    const targets = edges.get(own) ?? new Set();
    for (const target of roomsImported(sourceOf(path))) if (target !== own) targets.add(target);
    edges.set(own, targets);
  }
  expect(cycleIn(edges)).toBeNull();
});

test('a package.json declares every room that the files of its room import', () => {
  const problems: string[] = [];
  for (const room of Object.keys(rooms)) {
    const path = join(root, room, 'package.json');
    const own = room.split('/').at(-1);
    const inRoom = files.filter((file) => roomOf(file) === room);
    if (inRoom.length === 0) continue;
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const imported = new Set(inRoom.flatMap((file) => roomsImported(sourceOf(file))));
    for (const name of imported)
      if (name !== own && !declared.includes(`@shoal/${name}`))
        problems.push(`${room} does not declare ${name}`);
  }
  expect(problems).toEqual([]);
});

const planted: readonly { title: string; path: string; source: string; broken: RegExp | null }[] = [
  {
    title: 'a type-only import counts',
    path: 'packages/core/src/x.ts',
    source: "import type { Bus } from '@shoal/bus';",
    broken: /may not import/,
  },
  {
    title: 'an inline type import counts',
    path: 'packages/core/src/x.ts',
    source: "let b: import('@shoal/bus').Bus;",
    broken: /may not import/,
  },
  {
    title: 'a re-export counts',
    path: 'packages/client/src/x.ts',
    source: "export * from '@shoal/bus';",
    broken: /may not import/,
  },
  {
    title: 'a dynamic import counts',
    path: 'packages/client/src/x.ts',
    source: "const b = await import('@shoal/bus');",
    broken: /may not import/,
  },
  {
    title: 'a service may not import a service',
    path: 'services/ingest/src/x.ts',
    source: "import '@shoal/capture';",
    broken: /may not import/,
  },
  {
    title: 'a relative path may not leave its room',
    path: 'services/ingest/src/x.ts',
    source: "import '../../capture/src/main.ts';",
    broken: /out of its room/,
  },
  {
    title: 'the inside of a package is closed',
    path: 'services/ingest/src/x.ts',
    source: "import '@shoal/bus/src/nats.ts';",
    broken: /past the door/,
  },
  {
    title: 'an import carries its extension',
    path: 'services/ingest/src/x.ts',
    source: "import './apply';",
    broken: /without its extension/,
  },
  {
    title: 'NATS has one door',
    path: 'services/ingest/src/x.ts',
    source: "import '@nats-io/transport-node';",
    broken: /NATS has another door/,
  },
  {
    title: 'SQL has one door',
    path: 'services/log-store/src/log/append.ts',
    source: "import Database from 'better-sqlite3';",
    broken: /another door/,
  },
  {
    title: 'a store may speak SQL',
    path: 'services/log-store/src/store/open.ts',
    source: "import Database from 'better-sqlite3';",
    broken: null,
  },
  {
    title: 'gRPC has one door',
    path: 'services/gateway/src/watch.ts',
    source: "import '@grpc/grpc-js';",
    broken: /gRPC has another door/,
  },
  {
    title: 'the environment has one door',
    path: 'services/ingest/src/main.ts',
    source: 'const a = process.env.HOME;',
    broken: /process\.env/,
  },
  {
    title: 'config.ts may read the environment',
    path: 'services/ingest/src/config.ts',
    source: 'const a = process.env.HOME;',
    broken: null,
  },
  {
    title: 'core has no clock',
    path: 'packages/core/src/x.ts',
    source: 'const now = Date.now();',
    broken: /uses Date/,
  },
  {
    title: 'core has no chance',
    path: 'packages/core/src/x.ts',
    source: 'const r = Math.random();',
    broken: /Math\.random/,
  },
  {
    title: 'core has no later',
    path: 'packages/core/src/x.ts',
    source: 'const f = async () => 1;',
    broken: /uses async/,
  },
  {
    title: 'core imports no part of Node',
    path: 'packages/core/src/x.ts',
    source: "import { join } from 'node:path';",
    broken: /core knows nothing/,
  },
  {
    title: 'core may speak of a date in a comment',
    path: 'packages/core/src/x.ts',
    source: '/** Not a Date. */ export const x = 1;',
    broken: null,
  },
  {
    title: 'a tenth package needs a line in the table',
    path: 'packages/misc/src/x.ts',
    source: '',
    broken: /no room/,
  },
];

test.each(planted)('the walls are checked: $title', ({ path, source, broken }) => {
  const found = violations(path, source);
  if (broken === null) expect(found).toEqual([]);
  else expect(found.join('\n')).toMatch(broken);
});

/** One cycle of `edges` as a path, or null. */
function cycleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const done = new Set<string>();
  const visit = (room: string, path: readonly string[]): string | null => {
    if (path.includes(room)) return [...path, room].join(' -> ');
    if (done.has(room)) return null;
    for (const next of edges.get(room) ?? []) {
      const cycle = visit(next, [...path, room]);
      if (cycle !== null) return cycle;
    }
    done.add(room);
    return null;
  };
  for (const room of edges.keys()) {
    const cycle = visit(room, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
