/** cancel: what of one flow is still in the queue, by the explicit ids of its jobs. */

import type { Project } from '../run/project.ts';
import type { CancelFlowResult } from './results.ts';
import { isAlive } from './standing.ts';
import { see, statusOf } from './status.ts';
import { theFlow, trackedFlow, type WhichFlow } from './which.ts';

/** How often it looks again for jobs that another command was submitting at that moment. */
const LOOKS = 5;

/** It waits for nobody who brings results or submits. Throws Failure(2) if the flow was not started here. */
export async function cancelFlow(
  project: Project,
  which: WhichFlow,
  { dryRun = false }: { dryRun?: boolean },
): Promise<CancelFlowResult> {
  const run = trackedFlow(project.root, which);
  const flow = await theFlow(project, run);
  const done = new Map<string, string>();
  for (let look = 0; look < LOOKS; look++) {
    const { jobs } = statusOf(run, flow, await see(project, run));
    const alive = jobs.filter(({ standing, verdict }) => isAlive(standing) || verdict?.ended === false);
    const ids = alive.flatMap(({ name, verdict }) =>
      verdict?.jobId === undefined || done.has(verdict.jobId) ? [] : [[verdict.jobId, name] as const],
    );
    for (const [jobId, job] of ids) done.set(jobId, job);
    if (dryRun || (ids.length === 0 && look > 0)) break;
    await project.scheduler.cancel(
      ids.map(([jobId]) => jobId),
      run.runDir,
    );
    if (ids.length === 0) break;
  }
  return { id: run.id, jobs: [...done].map(([jobId, job]) => ({ job, jobId })), ...(dryRun && { dryRun }) };
}
