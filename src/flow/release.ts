/** release: lets the held jobs of one flow go. */

import { Failure } from '../failure.ts';
import type { Project } from '../run/project.ts';
import { type ReleaseResult, release } from '../run/release.ts';
import type { WhichFlow } from './id.ts';
import { see, statusOf } from './status.ts';
import { trackedFlow } from './which.ts';

export interface ReleaseFlowResult {
  id: string;
  flow: { name: string };
  /** One for each of its jobs that are held. */
  jobs: (ReleaseResult & { job: string })[];
  /** Still to be submitted: what is held waits for that, and was left as it is. */
  unfinished: string[];
  dryRun?: boolean;
}

/** Throws Failure(2) if the flow was not started here. */
export async function releaseFlow(project: Project, which: WhichFlow, dryRun: boolean): Promise<ReleaseFlowResult> {
  const run = trackedFlow(project.root, which);
  const { jobs, unfinished, flow } = statusOf(run, await see(project, run));
  const released: ReleaseFlowResult['jobs'] = [];
  for (const { name, standing, verdict } of unfinished.length > 0 ? [] : jobs) {
    if (standing !== 'held' || verdict?.jobId === undefined) continue;
    try {
      released.push({ job: name, ...(await release(project, { jobId: verdict.jobId }, dryRun)) });
    } catch (error) {
      // It ended between the two questions.
      if (!(error instanceof Failure) || error.problems.some(({ kind }) => kind !== 'no-such-job')) throw error;
    }
  }
  return { id: run.id, flow: { name: flow.name }, jobs: released, unfinished, ...(dryRun && { dryRun }) };
}
