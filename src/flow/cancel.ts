/** cancel: what of one flow is still in the queue, by the explicit ids of its jobs. */

import type { Project } from '../run/project.ts';
import type { WhichFlow } from './id.ts';
import type { CancelFlowResult } from './results.ts';
import { isAlive } from './standing.ts';
import { see, statusOf } from './status.ts';
import { mustHave, trackedFlow } from './which.ts';

/** How often it looks again for jobs that another command was submitting at that moment. */
const LOOKS = 5;

/** With `only` just those jobs; what waits for them Slurm ends by itself. It waits for nobody who brings results or submits. Throws Failure(2) if the flow was not started here. */
export async function cancelFlow(
  project: Project,
  which: WhichFlow,
  { only, dryRun = false }: { only?: readonly string[]; dryRun?: boolean },
): Promise<CancelFlowResult> {
  const run = trackedFlow(project.root, which);
  const done = new Map<string, string>();
  for (let look = 0; look < LOOKS; look++) {
    const seen = await see(project, run);
    if (only) mustHave(seen.started.jobs, 'ONLY', only);
    const { jobs } = statusOf(run, seen);
    const isMeant = (name: string) => only === undefined || only.includes(name);
    const alive = jobs.filter(
      ({ name, standing, verdict }) => isMeant(name) && (isAlive(standing) || verdict?.ended === false),
    );
    const ids = alive.flatMap(({ name, verdict }) =>
      verdict?.jobId === undefined || done.has(verdict.jobId) ? [] : [[verdict.jobId, name] as const],
    );
    for (const [jobId, job] of ids) done.set(jobId, job);
    if (dryRun || (ids.length === 0 && look > 0)) break;
    // The last first, or what waits for an end might begin at that of the one before.
    await project.scheduler.cancel(ids.map(([jobId]) => jobId).reverse(), only ? undefined : run.runDir);
    if (ids.length === 0) break;
  }
  return { id: run.id, jobs: [...done].map(([jobId, job]) => ({ job, jobId })), ...(dryRun && { dryRun }) };
}
