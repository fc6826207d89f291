/** collect: results and logs of a flow whose jobs have all ended come home; where all went well its run directory goes. */

import { Failure } from '../failure.ts';
import { collectKnown } from '../run/collect.ts';
import type { TrackedRun } from '../run/find.ts';
import { remember } from '../run/history.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { type Verdict, verdictOf } from '../run/verdict.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { withLogs } from './logs.ts';
import type { FlowProblem } from './problem.ts';
import type { CollectFlowResult, FlowStatus } from './results.ts';
import type { StartedFlow } from './started.ts';
import { type FlowSeen, see, statusOf } from './status.ts';
import { theFlow, trackedFlow, type WhichFlow } from './which.ts';

export interface CollectFlowOptions {
  /** Accept missing results, remove after a failure. */
  force?: boolean;
  dryRun?: boolean;
}

/** Seconds that Slurm may take to let go of jobs whose scripts have ended. */
const SETTLE = 20;

/** Throws Failure(4) where it must not be collected (yet), with everything kept. */
export function collectFlow(
  project: Project,
  which: WhichFlow,
  options: CollectFlowOptions,
): Promise<CollectFlowResult> {
  const run = trackedFlow(project.root, which);
  return exclusively(project.root, run.id, async () => {
    const flow = await theFlow(project, run);
    const seen = await see(project, run, SETTLE);
    const status = statusOf(run, flow, seen);
    const alive = status.jobs.filter(({ verdict }) => verdict && !(verdict.ended && verdict.left));
    if (status.trouble === undefined && alive.length > 0 && !seen.record.removing)
      throw new Failure<FlowProblem>(4, { kind: 'flow-alive', flow: flow.name, jobs: alive.map(({ name }) => name) });
    const results = seen.record.removing ? [] : await resultsOf(project, run, flow);
    if (!options.dryRun && status.trouble === undefined) rememberAll(project, run, status);
    const told = seen.record.removing ? status : await withLogs(project, run, status);
    const known = { tracked: run, record: seen.record, verdict: wholeVerdict(status, seen) };
    const { gathered, removed } = await collectKnown(project, known, seen.snapshot, { ...options, results });
    return { id: run.id, status: told, gathered, removed, ...(options.dryRun && { dryRun: true }) };
  });
}

/** Well is what went as its graph meant it to: a job for a case that never came is no failure. */
function wholeVerdict({ jobs, unfinished }: FlowStatus, { record, snapshot }: FlowSeen): Verdict {
  const all = verdictOf(record, snapshot);
  if (record.removing || all.state === 'NOT_SUBMITTED') return all;
  const worst =
    jobs.find(({ standing }) => standing === 'failed') ?? jobs.find(({ standing }) => standing === 'stopped');
  const success =
    unfinished.length === 0 && jobs.every(({ standing }) => standing === 'done' || standing === 'skipped');
  if (success) return { ...all, state: 'COMPLETED', success };
  return { ...all, ...worst?.verdict, ended: all.ended, left: all.left, success };
}

/** The paths that are to come home, relative to the run directory. Throws Failure(2) if the run is gone. */
async function resultsOf(project: Project, { id, runDir }: TrackedRun, flow: StartedFlow): Promise<string[]> {
  const matrices = flow.jobs.flatMap(({ name, cells }) => (cells ? [`results/${name}/`] : []));
  if (flow.results) return [...new Set([...flow.results, ...matrices])];
  const answer = await project.host.run({ files: ['lib', 'written'], args: [runDir] });
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const records = answer.stdout.split('\n').map((line) => line.split(SEPARATOR));
  if (records.some(([kind]) => kind === 'odd'))
    throw new Failure<FlowProblem>(4, { kind: 'flow-odd-names', flow: flow.name, runDir });
  return records.flatMap(([kind, path]) => (kind === 'file' && path ? [path] : []));
}

/** A line of the history for each of its jobs that ran. */
function rememberAll(project: Project, run: TrackedRun, { jobs }: FlowStatus): void {
  for (const { name, verdict, standing } of jobs) {
    if (verdict?.jobId && verdict.ended && standing !== 'stopped' && standing !== 'skipped')
      remember(project, run, verdict.jobId, verdict, name);
  }
}
