/**
 * Three kinds of tests: those that need nothing but this machine, side by side; those on the real cluster, one file at a time; and, one
 * at a time too, those in containers and at a terminal, which `make test` gives a cluster of their own (SLURM_VERSION). What stands in for
 * enroot and Pyxis has its own with `make test-versions`.
 */

import { defineConfig } from 'vitest/config';

const cluster = ['test/**/*.cluster.test.ts', 'test/cluster/*.test.ts'];
const containers = [
  // Of these two the laptop is an account of the cluster, which has no node in a root of its own.
  'test/image/!(definition).cluster.test.ts',
  'test/interactive/!(here).cluster.test.ts',
  'test/run/{containers*,check-container,whole-script}.cluster.test.ts',
  // So that both clusters have as much to do.
  'test/{sweep,flow}/faults-*.cluster.test.ts',
  'test/sweep/arrays.cluster.test.ts',
  'test/flow/images.cluster.test.ts',
  'test/cluster/apptainer.test.ts',
];
/** What stands in for enroot and Pyxis, by what their documentation says: changes seldom, and takes a minute. */
const standIns = ['test/cluster/{enroot,pyxis}.test.ts'];

/** One cluster: its daemons are stopped, its commands wrapped. */
const onCluster = {
  globalSetup: 'test/cluster/global.ts',
  poolOptions: { forks: { singleFork: true } },
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

// biome-ignore lint/style/noDefaultExport: vitest's own convention
export default defineConfig({
  test: {
    // Where nobody watches, a line for each failed test at the very end.
    reporters: process.env.CI ? ['default', 'github-actions'] : ['default'],
    // Starting over for each of so many files takes a minute; vitest looks for this here alone.
    poolOptions: { forks: { isolate: false } },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: cluster,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      { test: { name: 'cluster', include: cluster, exclude: [...containers, ...standIns], ...onCluster } },
      { test: { name: 'containers', include: containers, ...onCluster } },
      { test: { name: 'stand-ins', include: standIns, ...onCluster } },
    ],
  },
});
