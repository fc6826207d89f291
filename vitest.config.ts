/** Two kinds of tests: those that need nothing but this machine, side by side; and those on the real cluster, one file at a time. */

import { defineConfig } from 'vitest/config';

const cluster = ['test/**/*.cluster.test.ts', 'test/cluster/*.test.ts'];

// biome-ignore lint/style/noDefaultExport: vitest's own convention
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: cluster,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: cluster,
          globalSetup: 'test/cluster/global.ts',
          // One cluster: its daemons are stopped, its commands wrapped.
          poolOptions: { forks: { singleFork: true } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
