/** release: lets the held arrays of one sweep go. */

import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { type ReleaseResult, release } from '../run/release.ts';
import { see } from './status.ts';
import { startedRun, type WhichSweep } from './which.ts';

export interface ReleaseSweepResult {
  id: string;
  /** One for each of its arrays that live. */
  arrays: ReleaseResult[];
  dryRun?: boolean;
}

/** Throws Failure(2) if the sweep was not started here. */
export async function releaseSweep(project: Project, which: WhichSweep, dryRun: boolean): Promise<ReleaseSweepResult> {
  const run = startedRun(project.root, which);
  const { verdicts } = await see(project, run);
  const alive = new Set(verdicts.flatMap(({ ended, jobId }) => (ended || jobId === undefined ? [] : [jobId])));
  const arrays: ReleaseResult[] = [];
  for (const jobId of alive) {
    try {
      arrays.push(await release(project, { jobId }, dryRun));
    } catch (error) {
      // It ended between the two questions.
      if (!(error instanceof Failure) || error.problems.some(({ kind }) => kind !== 'no-such-job')) throw error;
    }
  }
  return { id: run.id, arrays, ...(dryRun ? { dryRun } : {}) };
}
