/** The ends of what failed jobs of a flow said. */

import { explainedByLogs } from '../run/explained.ts';
import type { TrackedRun } from '../run/find.ts';
import { logsOf } from '../run/log.ts';
import type { Project } from '../run/project.ts';
import type { FlowJobStatus, FlowLog, FlowStatus } from './results.ts';

/** So many jobs' logs are read, and so many lines of each; the first that failed mostly say it all. */
const MOST = 5;
const LINES = 15;

/** ONLY and LINES of slurm-flow-status. */
export interface LogsAsked {
  jobs: readonly string[];
  /** Of each log. */
  lines: number;
}

/**
 * With the logs of jobs that failed, or of those that are asked for, where there are any, and what these add to the verdicts: that is one
 * more round trip.
 */
export async function withLogs(
  project: Project,
  run: TrackedRun,
  status: FlowStatus,
  asked?: LogsAsked,
): Promise<FlowStatus> {
  const isMeant = ({ name, standing }: FlowJobStatus) => asked?.jobs.includes(name) ?? standing === 'failed';
  const meant = status.jobs.filter((job) => isMeant(job) && job.verdict?.jobId !== undefined);
  // Of a matrix job the first cell that failed.
  const ids = meant
    .slice(0, asked ? meant.length : MOST)
    .map(({ name, verdict, failedCell }) => ({ name, id: failedCell ?? verdict?.jobId ?? '' }));
  if (ids.length === 0) return status;
  const found = await logsOf(
    project,
    run,
    ids.map(({ id }) => id),
    asked?.lines ?? LINES,
  );
  const logs = ids.flatMap(({ name: job, id }) =>
    found
      .filter(({ name, tail }) => (name.startsWith(`${id}.`) || name.startsWith(`${id}_`)) && tail.trim() !== '')
      .map(({ name, tail }): FlowLog => ({ job, name: `slurm/logs/${name}`, tail })),
  );
  const saidBy = (name: string) => logs.flatMap(({ job, tail }) => (job === name ? [tail] : []));
  const jobs = status.jobs.map((job) =>
    job.verdict ? { ...job, verdict: explainedByLogs(job.verdict, () => saidBy(job.name)) } : job,
  );
  return { ...status, jobs, logs };
}
