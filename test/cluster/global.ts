/** Vitest's globalSetup for the cluster tests: one cluster for the whole run, left as it was found. */
import type { TestProject } from 'vitest/node';
import { clusterUnavailable, ensureCluster, stopCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why the cluster tests are skipped, empty where they run: `describe.skipIf(inject('noCluster'))`. */
    noCluster: string;
  }
}

let startedHere = false;

/** With CI=true a machine that cannot have the cluster fails the run; elsewhere one line says what is left out. */
export async function setup(project: TestProject): Promise<void> {
  const reason = clusterUnavailable();
  project.provide('noCluster', reason ?? '');
  if (reason === undefined) {
    startedHere = (await ensureCluster()).startedHere;
    return;
  }
  if (process.env.CI === 'true')
    throw new Error(`The cluster tests cannot run here (${reason}), and CI=true asks for all of them.`);
  console.warn(`The cluster tests are skipped: ${reason}.`);
}

export async function teardown(): Promise<void> {
  if (startedHere) await stopCluster();
}
