/** The ends of what failed jobs of a flow said. */

import type { TrackedRun } from '../run/find.ts';
import { logsOf } from '../run/log.ts';
import type { Project } from '../run/project.ts';
import type { FlowLog, FlowStatus } from './results.ts';

/** So many jobs' logs are read, and so many lines of each; the first that failed mostly say it all. */
const MOST = 5;
const LINES = 15;

/** With the logs of jobs that failed, where there are any: that is one more round trip. */
export async function withLogs(project: Project, run: TrackedRun, status: FlowStatus): Promise<FlowStatus> {
  const failed = status.jobs.filter(({ standing, verdict }) => standing === 'failed' && verdict?.jobId !== undefined);
  // Of a matrix job the first cell that failed.
  const ids = failed
    .slice(0, MOST)
    .map(({ name, verdict, failedCell }) => ({ name, id: failedCell ?? verdict?.jobId ?? '' }));
  if (ids.length === 0) return status;
  const found = await logsOf(
    project,
    run,
    ids.map(({ id }) => id),
    LINES,
  );
  const logs = ids.flatMap(({ name: job, id }) =>
    found
      .filter(({ name, tail }) => name.replace(/\.(out|err)$/, '') === id && tail.trim() !== '')
      .map(({ name, tail }): FlowLog => ({ job, name: `slurm/logs/${name}`, tail })),
  );
  return { ...status, logs };
}
