/** Part of a flow again, in the run directory that is there; or the rest of a submission that was broken off. */

import type { CodeFile } from '../conf/code-files.ts';
import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import type { PushResult } from '../run/push.ts';
import { pushAgain } from '../run/push-again.ts';
import type { FlowGraph } from '../scheduler/submission.ts';
import { type FlowPartAsked, type Known, plan } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import type { FlowStatus, StartFlowResult, SubmittedJob } from './results.ts';
import { isAlive } from './standing.ts';
import { filesOf, keepStarted, type StartedFlow, startedJobs, startedOf } from './started.ts';
import { type FlowSeen, statusOf, unfinished } from './status.ts';
import { type Digests, isStill, knownOf, mayRun, type ReadyFlow, submitFlow } from './submit.ts';
import type { Flow } from './types.ts';

export interface StartFlowOptions {
  asked: FlowPartAsked;
  /** The flow by what make's command line said when it was begun, too. Throws Failure(2). */
  asBegun(): Promise<{ ready: ReadyFlow; project: Project }>;
  dryRun?: boolean;
  /** Code is sent though jobs of the flow are alive. */
  force?: boolean;
}

/** What there is of it already. */
export interface Before {
  run: TrackedRun;
  seen: FlowSeen;
}

/** What was found right: the code that goes, and what the jobs come to. */
export interface Checked {
  files: CodeFile[];
  digests: Digests;
}

/** The rest of a submission that was broken off, of the very flow that it was begun with. Throws Failure(4) where that is another now. */
export async function complete(
  project: Project,
  { run, seen }: Before,
  graph: FlowGraph,
  ready: ReadyFlow,
  digests: Digests,
  { asked, dryRun = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow } = ready;
  const { started, record } = seen;
  const brokenOff = { kind: 'flow-broken-off', flow: flow.name, args: started.args ?? {} } as const;
  if (asked.part === 'from' || asked.part === 'only')
    throw new Failure<FlowProblem>(4, { ...brokenOff, variable: asked.part.toUpperCase() });
  if (!isStill(graph, digests)) throw new Failure<FlowProblem>(4, brokenOff);
  const { queueTrouble: detail } = seen.snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id: run.id, detail });
  const hold = project.commandLine.has('HOLD') ? isHeld(project) : (graph.held ?? false);
  const rest = { part: 'rest', jobs: unfinished(record.flow), graph } as const;
  return submitted(project, { run, seen }, ready, { asked: rest, digests, dryRun, hold });
}

/** Part of it again, in the run directory that is there. */
export async function goOn(
  project: Project,
  { run, seen }: Before,
  ready: ReadyFlow,
  { files, digests }: Checked,
  { asked, dryRun = false, force = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow, profiles, given } = ready;
  const { id } = run;
  const { started } = seen;
  // A job that runs may read its code at any moment.
  const { jobs } = statusOf(run, seen);
  const alive = jobs.filter(({ standing }) => isAlive(standing) && standing !== 'held').map(({ name }) => name);
  const isGone = jobs.some((job) => isAlive(job.standing) && !flow.jobs.some(({ name }) => name === job.name));
  const isOther = JSON.stringify(startedJobs(flow.jobs, profiles)) !== JSON.stringify(started.jobs);
  if (isGone || (alive.length > 0 && isOther && !force))
    throw new Failure<FlowProblem>(4, { kind: 'flow-changed', flow: flow.name, jobs: alive });
  const { queueTrouble: detail } = seen.snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  mayRun(flow, asked, knownOf(flow, seen, started));
  const codeKept = !force && alive.length > 0;
  const now = codeKept || dryRun ? undefined : startedOf(flow, profiles, given);
  const push = now && (await sendAgain(project, run, ready, files, now));
  const result = await submitted(project, { run, seen }, ready, { asked, digests, dryRun, hold: isHeld(project) });
  return { ...result, ...(push && { push }), ...(codeKept && !dryRun && { codeKept }) };
}

/** Submits it, and tells what was left as it is. */
async function submitted(
  project: Project,
  { run, seen }: Before,
  ready: ReadyFlow,
  { dryRun, ...asked }: { asked: FlowPartAsked; digests: Digests; dryRun: boolean; hold: boolean },
): Promise<StartFlowResult> {
  const { flow } = ready;
  const known = knownOf(flow, seen, seen.started);
  const options = { ...asked, was: seen.started };
  const jobs = dryRun
    ? plannedNow(flow, asked.asked, known)
    : await submitFlow(withoutHold(project), run, ready, options);
  const now = new Set(jobs.map(({ job }) => job));
  const left = flow.jobs.flatMap(({ name }) => known.get(name) ?? []);
  const kept = left
    .filter(({ name, standing }) => !now.has(name) && standing !== 'not-submitted')
    .map(({ name, standing, verdict: { jobId } = {} }) => ({ job: name, standing, ...(jobId && { jobId }) }));
  const about = { id: run.id, runDir: run.runDir, flow: aboutOf(flow), again: true, submitted: jobs, kept };
  return { ...about, ...(dryRun ? { dryRun } : asked.hold && { held: true }) };
}

/** Code that has changed here since goes into the same run directory; what jobs wrote there stays. */
async function sendAgain(
  project: Project,
  run: TrackedRun,
  { flow, union, profiles }: ReadyFlow,
  files: CodeFile[],
  now: StartedFlow,
): Promise<PushResult> {
  const ready = { profile: union, jobs: [...profiles.values()], files };
  const pushed = await pushAgain(project, ready, run, filesOf(now, flow.jobs));
  keepStarted(project.root, run.id, run.runDir, now);
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
