import { doors, environmentDoor, rooms } from './imports.fixture.ts';
import { type ModuleReference, type ParsedModule, parseModule } from './parse-module.ts';
import { isTestFile } from './source-files.ts';

/** What core may not know: time, chance, and anything that happens later. */
const impure = new Set([
  'Date',
  'Math.random',
  'Promise',
  'async',
  'await',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'crypto',
  'process',
  'console',
  'fetch',
  'globalThis',
]);

/**
 * Every rule of the house that the file at `path` breaks, each as a sentence; empty if it breaks none.
 * Pure: the path decides which rules hold, the source what it does.
 */
export function violations(path: string, source: string): readonly string[] {
  const room = roomOf(path);
  if (room === null) return [`${path} stands in no room of the table`];
  const parsed = parseModule(source);
  return [
    ...parsed.references.flatMap((reference) => referenceViolations(path, room, reference)),
    ...(room === 'packages/core' ? purityViolations(path, parsed) : []),
    ...environmentViolations(path, parsed),
  ];
}

/** The room a path stands in: `packages/x`, `services/x`, `e2e`, `bench`; null outside of the table. */
export function roomOf(path: string): keyof typeof rooms | null {
  const parts = path.split('/');
  const first = parts[0] ?? '';
  const name = Object.hasOwn(rooms, first) ? first : parts.slice(0, 2).join('/');
  return Object.hasOwn(rooms, name) ? (name as keyof typeof rooms) : null;
}

/** Short names of the rooms of this project that a file imports. */
export function roomsImported(source: string): readonly string[] {
  return parseModule(source).references.flatMap(({ from }) => shortName(from) ?? []);
}

function referenceViolations(
  path: string,
  room: keyof typeof rooms,
  { from }: ModuleReference,
): readonly string[] {
  const own = room.split('/').at(-1);
  if (from.startsWith('.')) return relativeViolations(path, room, from);
  const target = shortName(from);
  if (target !== null) {
    const { may, tests } = rooms[room];
    const allowed: readonly string[] = isTestFile(path) ? [...may, ...tests] : may;
    const broken = target !== own && !allowed.includes(target) ? [`${path} may not import ${from}`] : [];
    // One name behind the room is a door of its own, as its package.json says; Node opens no other.
    return from.split('/').length > 3 ? [...broken, `${path} goes past the door of ${from}`] : broken;
  }
  if (room === 'packages/core' && !isTestFile(path)) return [`${path} imports ${from}: core knows nothing`];
  if (isTestFile(path)) return [];
  return doors
    .filter(({ module, door }) => module.test(from) && !door.test(path))
    .map(({ what }) => `${path} imports ${from}: ${what} has another door`);
}

function relativeViolations(path: string, room: string, from: string): readonly string[] {
  const target = new URL(from, `file:///${path}`).pathname.slice(1);
  if (!target.startsWith(`${room}/`)) return [`${path} reaches out of its room to ${target}`];
  const stripped = /\.(ts|js|json)$/.test(target);
  return stripped ? [] : [`${path} imports ${from} without its extension`];
}

function purityViolations(path: string, { uses }: ParsedModule): readonly string[] {
  if (isTestFile(path)) return [];
  return [...uses]
    .filter((use) => impure.has(use))
    .map((use) => `${path} uses ${use}: core has no time, chance or later`);
}

function environmentViolations(path: string, { uses }: ParsedModule): readonly string[] {
  return uses.has('process.env') && !environmentDoor.test(path)
    ? [`${path} reads process.env outside of a config.ts`]
    : [];
}

function shortName(from: string): string | null {
  return from.startsWith('@shoal/') ? (from.split('/')[1] ?? null) : null;
}
