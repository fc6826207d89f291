/** release: lets one held job or array task go. */

import { Failure } from '../failure.ts';
import type { QueueRow } from '../scheduler/types.ts';
import { submittedRun, type WhichRun } from './find.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';

export interface ReleaseResult {
  jobId: string;
  /** Its rows in the queue before it was released. */
  rows: QueueRow[];
  /** False if it was not held. */
  released: boolean;
  /** With DRY_RUN: whether it is held. */
  held?: boolean;
  dryRun?: boolean;
}

/** One explicit id, or the job that is tracked of a profile. Throws Failure(2) for an id the scheduler does not know as mine. */
export async function release(
  project: Project,
  which: { jobId: string } | WhichRun,
  dryRun = false,
): Promise<ReleaseResult> {
  const jobId = 'jobId' in which ? which.jobId : submittedRun(project.root, which).jobId;
  if (!/^\d+(_\d+)?$/.test(jobId)) throw new Failure<RunProblem>(2, { kind: 'bad-job-id', jobId });
  const { outcome, detail, rows } = await project.scheduler.release(jobId, dryRun);
  if (outcome === 'none') throw new Failure<RunProblem>(2, { kind: 'no-such-job', jobId });
  if (outcome === 'refused') {
    const reason = rows[0]?.reason ?? '';
    throw new Failure<RunProblem>(2, { kind: 'release-refused', jobId, reason, detail });
  }
  if (dryRun) return { jobId, rows, released: false, held: outcome === 'held', dryRun };
  return { jobId, rows, released: outcome === 'released' };
}
