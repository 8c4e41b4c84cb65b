/**
 * Who may import whom: one line per room, the table of ARCHITECTURE.md as data. `tests` is what only the tests
 * of a room may import besides. A room that is not here may not exist.
 */
export const rooms = {
  'packages/core': { may: [], tests: [] },
  'packages/proto': { may: ['core'], tests: [] },
  'packages/telemetry': { may: ['core'], tests: [] },
  'packages/bus': { may: ['core', 'proto', 'telemetry'], tests: ['testkit'] },
  'packages/library': { may: ['core', 'proto', 'telemetry'], tests: ['models', 'testkit'] },
  'packages/models': { may: ['core', 'library'], tests: ['testkit', 'telemetry'] },
  'packages/service-kit': { may: ['core', 'proto', 'bus', 'telemetry'], tests: ['testkit', 'client'] },
  'packages/client': { may: ['core', 'proto'], tests: ['service-kit', 'testkit'] },
  'packages/embed': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit'],
    tests: ['testkit'],
  },
  'packages/simulator': { may: ['core'], tests: [] },
  'packages/testkit': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit', 'client', 'cli', 'telemetry'],
    tests: [],
  },
  'packages/cli': {
    may: [
      'core',
      'client',
      'service-kit',
      'bus',
      // What `doctor` looks at without services.
      'library',
      'models',
      // The services' `main` entry points, for `--in-process`.
      'capture',
      'log-store',
      'ingest',
      'gateway',
    ],
    tests: ['testkit', 'proto'],
  },
  'services/capture': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit', 'telemetry'],
    tests: ['testkit'],
  },
  'services/log-store': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit', 'telemetry'],
    tests: ['testkit'],
  },
  'services/ingest': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit', 'telemetry'],
    tests: ['testkit'],
  },
  'services/gateway': {
    may: ['core', 'proto', 'bus', 'library', 'models', 'service-kit', 'telemetry'],
    tests: ['testkit', 'client'],
  },
  bench: {
    may: [
      'core',
      'bus',
      'library',
      'models',
      'embed',
      'service-kit',
      'client',
      'testkit',
      'capture',
      'telemetry',
    ],
    tests: [],
  },
  e2e: {
    may: [
      'core',
      'proto',
      'bus',
      'library',
      'models',
      'service-kit',
      'client',
      'testkit',
      'cli',
      'telemetry',
      'embed',
      // The services' `main` entry points, for devices in this process.
      'capture',
      'log-store',
      'ingest',
    ],
    tests: [],
  },
} as const satisfies Record<string, { readonly may: readonly string[]; readonly tests: readonly string[] }>;

/**
 * One door each: a third party that matches `module` is imported only by files that match `door`.
 * Tests pass through the doors of what they test.
 */
export const doors: readonly { readonly what: string; readonly module: RegExp; readonly door: RegExp }[] = [
  { what: 'NATS', module: /^@nats-io\//, door: /^packages\/bus\// },
  {
    what: 'MikroORM and SQL',
    module: /^(@mikro-orm\/|better-sqlite3$|kysely$|node:sqlite$)/,
    door: /^packages\/(library|models)\/|^services\/[^/]+\/src\/store\/|^bench\//,
  },
  {
    what: 'gRPC',
    module: /^(@grpc\/|grpc-health-check$)/,
    door: /^packages\/(proto|service-kit|client)\/|^services\/[^/]+\/src\/rpc\.ts$/,
  },
  { what: 'libsodium', module: /^sodium-native$/, door: /^packages\/(library|proto)\// },
];

/** Files in which settings may be read from the environment. */
export const environmentDoor =
  /(^|\/)config\.ts$|^scripts\/|^packages\/testkit\/|^e2e\/|\.test\.ts$|^vitest\.config\.ts$/;
