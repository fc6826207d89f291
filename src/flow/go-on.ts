/** Part of a flow again, in the run directory that is there; or the rest of a submission that was broken off. */

import type { CodeFile } from '../conf/code-files.ts';
import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import type { PushResult } from '../run/push.ts';
import { pushAgain } from '../run/push-again.ts';
import { type FlowPartAsked, type Known, plan } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import type { FlowStatus, StartFlowResult, SubmittedJob } from './results.ts';
import { isAlive } from './standing.ts';
import { filesOf, keepStarted, type StartedFlow, startedJobs, startedOf } from './started.ts';
import { type FlowSeen, statusOf, unfinished } from './status.ts';
import { knownOf, mayRun, type ReadyFlow, submitFlow } from './submit.ts';
import type { Flow } from './types.ts';

export interface StartFlowOptions {
  asked: FlowPartAsked;
  dryRun?: boolean;
  /** Code is sent though jobs of the flow are alive. */
  force?: boolean;
}

/** What there is of it already. */
export interface Before {
  run: TrackedRun;
  seen: FlowSeen;
  started: StartedFlow;
}

/** In the run directory that is there: what was broken off, or part of it again. */
export async function goOn(
  project: Project,
  { run, seen, started }: Before,
  ready: ReadyFlow,
  files: CodeFile[],
  { asked, dryRun = false, force = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow } = ready;
  const { id, runDir } = run;
  const known = knownOf(flow, seen, started);
  const graph = seen.record.flow?.graph;
  const about = { id, runDir, flow: aboutOf(flow), again: true };
  const left = flow.jobs.flatMap(({ name }) => known.get(name) ?? []);
  const kept = (submitted: readonly SubmittedJob[]): StartFlowResult['kept'] => {
    const now = new Set(submitted.map(({ job }) => job));
    const others = left.filter(({ name, standing }) => !now.has(name) && standing !== 'not-submitted');
    return others.map(({ name, standing, verdict }) => ({
      ...{ job: name, standing },
      ...(verdict?.jobId && { jobId: verdict.jobId }),
    }));
  };
  // A job that runs may read its code at any moment.
  const { jobs } = statusOf(run, started, seen);
  const alive = jobs.filter(({ standing }) => isAlive(standing) && standing !== 'held').map(({ name }) => name);
  const isGone = jobs.some((job) => isAlive(job.standing) && !flow.jobs.some(({ name }) => name === job.name));
  const isOther = JSON.stringify(startedJobs(flow.jobs, ready.profiles)) !== JSON.stringify(started.jobs);
  if (graph ? isOther : isGone || (alive.length > 0 && isOther && !force))
    throw new Failure<FlowProblem>(4, { kind: 'flow-changed', flow: flow.name, jobs: graph?.jobs ?? alive });
  const { queueTrouble: detail } = seen.snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  if (!graph) mayRun(flow, asked, known);
  if (dryRun) {
    const submitted = plannedNow(
      flow,
      graph ? { part: 'rest', jobs: unfinished(seen.record.flow), graph: graph.jobs } : asked,
      known,
    );
    return { ...about, submitted, kept: kept(submitted), dryRun };
  }
  const codeKept = !force && alive.length > 0 && !graph;
  const pushed = codeKept || graph ? undefined : await sendAgain(project, run, ready, files);
  const hold = isHeld(project);
  const submitted = await submitFlow(withoutHold(project), run, ready, { asked, hold, was: started });
  return {
    ...{ ...about, submitted, kept: kept(submitted) },
    ...(pushed && { push: pushed }),
    ...(codeKept && { codeKept }),
    ...(hold && { held: true }),
  };
}

/** Code that has changed here since goes into the same run directory; what jobs wrote there stays. */
async function sendAgain(
  project: Project,
  run: TrackedRun,
  { flow, union, profiles, given }: ReadyFlow,
  files: CodeFile[],
): Promise<PushResult> {
  const started = startedOf(flow, profiles, given);
  const pushed = await pushAgain(
    project,
    { profile: union, jobs: [...profiles.values()], files },
    run,
    filesOf(started, flow.jobs),
  );
  keepStarted(project.root, run.id, run.runDir, started);
  return pushed;
}

export function plannedNow(flow: Flow, asked: FlowPartAsked, known: ReadonlyMap<string, Known>): SubmittedJob[] {
  return plan(flow.jobs, asked, known).map(({ job, waits, cells }) => ({
    ...{ job: job.name, after: waits },
    ...(cells && { cells: cells.length }),
  }));
}

export const aboutOf = ({ name, title, file }: Flow): FlowStatus['flow'] => ({ name, title, file });

export const isHeld = ({ commandLine }: Project): boolean => /^(1|yes|true)$/i.test(commandLine.get('HOLD') ?? '');

/** HOLD=1 is about the whole flow: what waits for a held job need not be held itself. */
export function withoutHold(project: Project): Project {
  if (!isHeld(project)) return project;
  return { ...project, commandLine: new Map([...project.commandLine].filter(([name]) => name !== 'HOLD')) };
}
