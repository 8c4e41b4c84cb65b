import { defineConfig } from 'vitest/config';

/** What proves the core: its own tests, and the simulator that runs it. */
const core = ['packages/core/src/**/*.test.ts', 'packages/simulator/src/**/*.test.ts'];

export default defineConfig({
  test: {
    // Of `--coverage`, which `npm run test:core` asks for: what decides leaves no branch untried.
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**'],
      reporter: [['text', { skipFull: true }]],
      reportsDirectory: 'node_modules/.coverage',
      thresholds: { branches: 100 },
    },
    projects: [
      {
        test: {
          name: 'core',
          include: core,
          // A deadline for what hangs; properties take seconds, and a busy machine makes them tens.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.it.test.ts', ...core],
          // Half of their time is waiting.
          maxWorkers: 3,
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000, interval: 10 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['packages/*/src/**/*.it.test.ts', 'services/*/src/**/*.it.test.ts', 'e2e/**/*.test.ts'],
          testTimeout: 120_000,
          expect: { poll: { timeout: 20_000, interval: 10 } },
          hookTimeout: 120_000,
          // Two at a time: most of their time is waiting for processes. The bound is of memory and of deadlines.
          fileParallelism: true,
          maxWorkers: 2,
        },
      },
    ],
  },
});
