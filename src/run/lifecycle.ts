/** run and full: the verbs of one run's life, one after the other, in one process. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { type CollectResult, collect } from './collect.ts';
import type { WhichRun } from './find.ts';
import { prepared } from './prepare.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { type PushResult, push } from './push.ts';
import { type Rendered, renderRun } from './render.ts';
import { type SubmitResult, submitPushed } from './submit.ts';
import { type WatchResult, watch } from './watch.ts';

export interface RunResult {
  push: PushResult;
  submit?: SubmitResult;
  /** With DRY_RUN: what would be submitted. */
  rendered?: Rendered;
}

export interface FullResult extends RunResult {
  watch?: WatchResult;
  collect?: CollectResult;
}

/** push and submit. */
export function run(project: Project, which: WhichRun, dryRun = false): Promise<RunResult> {
  return prepared(project, which, dryRun, async (ready) => {
    const pushed = await push(project, ready, dryRun, () => project.host.openAhead());
    if (dryRun) return { push: pushed, rendered: await renderRun(project, ready.profile, pushed.runDir) };
    return { push: pushed, submit: await submitPushed(project, which) };
  });
}

/** The whole life: run, watch until the job has ended, collect; `onSubmitted` hears of the job before it is waited for. A job whose end nobody can tell is not collected. */
export async function full(
  project: Project,
  which: WhichRun,
  dryRun: boolean,
  onSubmitted: (submitted: SubmitResult) => void,
): Promise<FullResult> {
  const begun = await run(project, which, dryRun);
  if (!begun.submit) return begun;
  onSubmitted(begun.submit);
  const watched = await watch(project, which);
  if (!watched.verdict.ended) return { ...begun, watch: watched };
  return { ...begun, watch: watched, collect: await collectOnceLeft(project, which, begun.submit.runDir) };
}

/** Seconds that a site's epilogs may keep a job COMPLETING after its end. */
const LONGEST_EPILOG = 900;

/** Collects when the scheduler has let go of the job. */
async function collectOnceLeft(project: Project, which: WhichRun, runDir: string): Promise<CollectResult> {
  const until = Date.now() + LONGEST_EPILOG * 1000;
  for (;;) {
    try {
      return await collect(project, { ...which, runDir });
    } catch (error) {
      const problem = error instanceof Failure ? (error.problems[0] as RunProblem) : undefined;
      const windingUp = problem?.kind === 'still-alive' && problem.verdict.ended;
      if (!windingUp || Date.now() > until) throw error;
      await sleep(Math.min(project.cluster.pollInterval, 15) * 1000);
    }
  }
}
