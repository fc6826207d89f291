/** cancel: one explicit job or array task, never all. */

import { Failure } from '../failure.ts';
import { hasEnded, parseState } from '../scheduler/states.ts';
import type { QueueRow } from '../scheduler/types.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';

export interface CancelResult {
  jobId: string;
  /** Its rows in the queue before it was cancelled. */
  rows: QueueRow[];
  /** False if it had ended already. */
  cancelled: boolean;
  dryRun?: boolean;
}

/** Throws Failure(2) for anything but one id, and for an id the scheduler does not know as mine. */
export async function cancel(project: Project, jobId: string, dryRun = false): Promise<CancelResult> {
  if (!/^\d+(_\d+)?$/.test(jobId)) throw new Failure<RunProblem>(2, { kind: 'bad-job-id', jobId });
  if (dryRun) return { jobId, rows: [], cancelled: false, dryRun };
  const rows = await project.scheduler.cancel([jobId]);
  if (rows.length === 0) throw new Failure<RunProblem>(2, { kind: 'no-such-job', jobId });
  return { jobId, rows, cancelled: rows.some((row) => !hasEnded(parseState(row.state))) };
}
