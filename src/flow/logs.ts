/** The ends of what failed jobs of a flow said. */

import { explainedByLogs } from '../run/explained.ts';
import type { TrackedRun } from '../run/find.ts';
import { logsOf } from '../run/log.ts';
import type { Project } from '../run/project.ts';
import type { FlowLog, FlowStatus } from './results.ts';

/** So many jobs' logs are read, and so many lines of each; the first that failed mostly say it all. */
const MOST = 5;
const LINES = 15;

/** Lines in which there may be a word on why it failed: of many tasks each has its own after it. */
const TELLING = 100;

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
  const ran = status.jobs.filter(({ verdict }) => verdict?.jobId !== undefined);
  const failed = ran.filter(({ standing }) => standing === 'failed').slice(0, MOST);
  const meant = new Set(asked ? ran.filter(({ name }) => asked.jobs.includes(name)) : failed);
  // Of a matrix job the first cell that failed.
  const ids = [...new Set([...meant, ...failed])].map(({ name, verdict, failedCell }) => ({
    ...{ name, id: failedCell ?? verdict?.jobId ?? '' },
  }));
  if (ids.length === 0) return status;
  const lines = asked?.lines ?? LINES;
  const found = await logsOf(
    project,
    run,
    ids.map(({ id }) => id),
    Math.max(lines, TELLING),
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
  const names = new Set([...meant].map(({ name }) => name));
  const told = logs.flatMap((log) => (names.has(log.job) ? [{ ...log, tail: endOf(log.tail, lines) }] : []));
  return { ...status, jobs, logs: told };
}

const endOf = (tail: string, lines: number): string => tail.replace(/\n$/, '').split('\n').slice(-lines).join('\n');
