/** Which run a flow's verb is about. */

import { nearest } from '../conf/nearest.ts';
import { Failure } from '../failure.ts';
import type { TrackedRun, WhichRun } from '../run/find.ts';
import { idOf } from '../run/find.ts';
import type { Project } from '../run/project.ts';
import { isFlowRun, listTracked, readTracked } from '../run/record.ts';
import type { FlowProblem } from './problem.ts';
import { flowKeptHere, type StartedFlow, startedFlow } from './started.ts';

/** FLOW and TAG. */
export interface WhichFlow {
  name: string;
  tag?: string;
}

/** A flow's run is tracked as if of a profile `flow`. */
export const runOfFlow = ({ name, tag }: WhichFlow): WhichRun => ({
  profile: 'flow',
  tag: tag === undefined ? name : `${name}.${tag}`,
});

/** The tracked run of a flow that was started, if there is one. Throws Failure(2) if something else is tracked there. */
export function flowRun(root: string, which: WhichFlow): TrackedRun | undefined {
  const { runDir, ...tracked } = readTracked(root, idOf(runOfFlow(which)));
  return runDir === undefined ? undefined : { ...tracked, runDir };
}

/** The same, and there has to be one. Throws Failure(2). */
export function trackedFlow(root: string, which: WhichFlow): TrackedRun {
  const run = flowRun(root, which);
  if (run) return run;
  const started = listTracked(root)
    .filter(({ id }) => isFlowRun(root, id))
    .map(({ id }) => flowKeptHere(root, id)?.name ?? id);
  const hint = nearest(which.name, started);
  const problem: FlowProblem = { kind: 'flow-not-started', flow: which.name, started };
  throw new Failure<FlowProblem>(2, { ...problem, ...(hint && { nearest: hint }) });
}

/** What that run's flow was. Throws Failure(2) for a run that is no flow's. */
export async function theFlow(project: Project, run: TrackedRun): Promise<StartedFlow> {
  const flow = await startedFlow(project, run);
  if (flow) return flow;
  throw new Failure<FlowProblem>(2, { kind: 'no-flow-run', id: run.id });
}
