import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.it.test.ts'],
          // A deadline for what hangs; properties take seconds, and a busy machine makes them tens.
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
          fileParallelism: false,
        },
      },
    ],
  },
});
