/** Which run a flow's verb is about. */

import { nearest } from '../conf/nearest.ts';
import { COMMAND_LINE } from '../conf/problem.ts';
import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import { idOf } from '../run/find.ts';
import { isFlowRun, listTracked, readTracked } from '../run/record.ts';
import { listFlows } from './file/list.ts';
import { runOfFlow, type WhichFlow } from './id.ts';
import type { FlowProblem } from './problem.ts';

/** The tracked run of a flow that was started, if there is one. Throws Failure(2) if something else is tracked there. */
export function flowRun(root: string, which: WhichFlow): TrackedRun | undefined {
  const { runDir, ...tracked } = readTracked(root, idOf(runOfFlow(which)));
  return runDir === undefined ? undefined : { ...tracked, runDir };
}

/** The same, and there has to be one. Throws Failure(2). */
export function trackedFlow(root: string, which: WhichFlow): TrackedRun {
  const run = flowRun(root, which);
  if (run) return run;
  const started = listTracked(root).flatMap(({ id }) => (isFlowRun(root, id) ? (id.split('@')[1] ?? []) : []));
  const hint = nearest(
    which.name,
    [...started, ...listFlows(root)].filter((name) => name !== which.name),
  );
  const problem: FlowProblem = { kind: 'flow-not-started', flow: which.name, started };
  throw new Failure<FlowProblem>(2, { ...problem, ...(hint && { nearest: hint }) });
}

/** Throws Failure(2) where FROM or ONLY names jobs that the flow does not have. */
export function mustHave(jobs: readonly { name: string }[], variable: string, named: readonly string[]): void {
  const names = jobs.map(({ name }) => name);
  const problems = named.flatMap((job): FlowProblem[] => {
    if (names.includes(job)) return [];
    const hint = nearest(job, names);
    const problem = { kind: 'no-such-flow-job', variable, job, jobs: names } as const;
    return [{ ...problem, place: COMMAND_LINE, ...(hint && { nearest: hint }) }];
  });
  if (problems.length > 0) throw new Failure<FlowProblem>(2, ...problems);
}
