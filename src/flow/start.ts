/** slurm-flow: the whole graph is handed to the scheduler; or, in the run directory that is there, part of it again. */

import { type CodeFile, expandCodeFiles } from '../conf/code-files.ts';
import { nearest } from '../conf/nearest.ts';
import { COMMAND_LINE } from '../conf/problem.ts';
import { Failure } from '../failure.ts';
import { idOf, type TrackedRun } from '../run/find.ts';
import { history } from '../run/history.ts';
import { nameOfRun } from '../run/names.ts';
import { runsInside } from '../run/prepare.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { newToken, type PushResult, planned as plannedPush, send } from '../run/push.ts';
import { exclusively, readTracked, writeRunDir } from '../run/record.ts';
import { jobSecrets } from '../run/submit.ts';
import { type FlowPartAsked, type Known, plan } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import type { FlowStatus, StartFlowResult, SubmittedJob } from './results.ts';
import { isAlive } from './standing.ts';
import { filesOf, keepStarted, type StartedFlow, startedFlow, startedJobs, startedOf } from './started.ts';
import { type FlowSeen, see, statusOf } from './status.ts';
import { knownOf, type ReadyFlow, renderAll, submitFlow } from './submit.ts';
import type { Flow } from './types.ts';
import { flowRun, runOfFlow, type WhichFlow } from './which.ts';

export interface StartFlowOptions {
  asked: FlowPartAsked;
  dryRun?: boolean;
  /** Code is sent though jobs of the flow are alive. */
  force?: boolean;
}

/** What there is of it already. */
interface Before {
  run: TrackedRun;
  seen: FlowSeen;
  started: StartedFlow;
}

/** Throws Failure(2) with everything that is wrong, before anything is sent. */
export function start(
  project: Project,
  which: WhichFlow,
  ready: ReadyFlow,
  options: StartFlowOptions,
): Promise<StartFlowResult> {
  const { root } = project;
  const id = idOf(runOfFlow(which));
  mustHave(ready.flow, options.asked);
  return exclusively(root, id, async () => {
    const files = await checked(project, ready, options.dryRun ?? false);
    const before = await whatIsThere(project, which);
    const graph = before?.seen.record.flow?.graph;
    if (before && (options.asked.part !== 'all' || graph)) return goOn(project, before, ready, files, options);
    if (!options.dryRun) await mayReplace(project, id, before);
    return begin(project, id, ready, files, options);
  });
}

/** FROM and ONLY name jobs of it. */
function mustHave(flow: Flow, asked: FlowPartAsked): void {
  if (asked.part !== 'from' && asked.part !== 'only') return;
  const jobs = flow.jobs.map(({ name }) => name);
  const problems = asked.jobs.flatMap((job): FlowProblem[] => {
    if (jobs.includes(job)) return [];
    const hint = nearest(job, jobs);
    const problem = { kind: 'no-such-flow-job', variable: asked.part.toUpperCase(), job, jobs } as const;
    return [{ ...problem, place: COMMAND_LINE, ...(hint && { nearest: hint }) }];
  });
  if (problems.length > 0) throw new Failure<FlowProblem>(2, ...problems);
}

/** Every mistake that can be found here, of every job; connecting begins meanwhile. */
async function checked(project: Project, ready: ReadyFlow, dryRun: boolean): Promise<CodeFile[]> {
  const { root, cluster } = project;
  const { flow, profiles, union } = ready;
  const dialling = dryRun ? undefined : project.host.connect();
  const files = await expandCodeFiles(root, [...profiles.values()], runsInside(project));
  await dialling;
  jobSecrets(project, union, { flow: ready.flow.name });
  const runDir = `${cluster.remoteDir}/runs/${union.id}-00000000-000000`;
  await renderAll(withoutHold(project), ready, plan(flow.jobs, { part: 'all' }, new Map()), { runDir, notes: {} });
  return files;
}

/** Undefined where nothing is tracked, or what was is gone. */
async function whatIsThere(project: Project, which: WhichFlow): Promise<Before | undefined> {
  const run = flowRun(project.root, which);
  if (!run) return undefined;
  try {
    const seen = await see(project, run);
    const started = await startedFlow(project, run);
    return started && seen.record.pushed ? { run, seen, started } : undefined;
  } catch (error) {
    if (error instanceof Failure && error.problems.some(({ kind }) => kind === 'run-gone')) return undefined;
    throw error;
  }
}

/** What is alive of it, or not home yet, is lost sight of here when it is begun anew (`recover` finds it). */
async function mayReplace(project: Project, id: string, before: Before | undefined): Promise<void> {
  if (!before) return;
  const { run, seen, started } = before;
  const { jobs } = statusOf(run, started, seen);
  // What was refused, or cancelled before it began, has left nothing.
  const begun = jobs.some(({ standing, verdict }) => isAlive(standing) || verdict?.started || verdict?.elapsedSeconds);
  const isHome = history(project.root, id).some((entry) => entry.run === nameOfRun(run.runDir));
  const { queueTrouble: detail } = seen.snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  if (!begun || (isHome && !jobs.some(({ standing }) => isAlive(standing)))) return;
  const whose = { id, ...(run.jobId && { jobId: run.jobId }), runDir: run.runDir };
  if (!(await project.talk.ask({ type: 'replace', ...whose })))
    throw new Failure<RunProblem>(4, { kind: 'declined', ...whose });
}

/** A new run: one push, then all jobs. */
async function begin(
  project: Project,
  id: string,
  ready: ReadyFlow,
  files: CodeFile[],
  { asked, dryRun = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow, union } = ready;
  const token = newToken();
  const started = { ...startedOf(flow, ready.profiles), token };
  const pushing = { profile: union, files };
  const about = { id, flow: aboutOf(flow), kept: [], again: false };
  if (dryRun) {
    const push = plannedPush(project, pushing);
    return { ...about, runDir: push.runDir, push, submitted: told(flow, asked, new Map()), dryRun };
  }
  const { pushed, notes } = await send(project, pushing, {
    ...{ token, beside: filesOf(started, flow.jobs) },
    onSending: () => project.host.openAhead(),
  });
  writeRunDir(project.root, id, pushed.runDir, notes);
  keepStarted(project.root, id, pushed.runDir, started);
  const run = { ...readTracked(project.root, id), runDir: pushed.runDir };
  const hold = isHeld(project);
  const submitted = await submitFlow(withoutHold(project), run, ready, { asked, fresh: true, hold });
  return { ...about, runDir: pushed.runDir, push: pushed, submitted, ...(hold && { held: true }) };
}

/** In the run directory that is there: what was broken off, or part of it again. */
async function goOn(
  project: Project,
  { run, seen, started }: Before,
  ready: ReadyFlow,
  files: CodeFile[],
  { asked, dryRun = false, force = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow, union } = ready;
  const { id, runDir } = run;
  const known = knownOf(flow, seen);
  const graph = seen.record.flow?.graph;
  if (!graph) mayRun(flow, asked, known, seen);
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
  if (dryRun) {
    const submitted = told(flow, graph ? { part: 'rest', jobs: graph.jobs } : asked, known);
    return { ...about, submitted, kept: kept(submitted), dryRun };
  }
  // A job that runs may read its code at any moment.
  const alive = left.filter(({ standing }) => isAlive(standing) && standing !== 'held').map(({ name }) => name);
  const codeKept = !force && alive.length > 0;
  if (codeKept && JSON.stringify(startedJobs(flow.jobs)) !== JSON.stringify(started.jobs))
    throw new Failure<FlowProblem>(4, { kind: 'flow-changed', flow: flow.name, jobs: alive });
  const pushed = codeKept || graph ? undefined : await sendAgain(project, run, ready, files, started);
  const hold = isHeld(project);
  const submitted = await submitFlow(withoutHold(project), run, { ...ready, union }, { asked, hold });
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
  { id, runDir }: TrackedRun,
  { flow, union, profiles }: ReadyFlow,
  files: CodeFile[],
  { token }: StartedFlow,
): Promise<PushResult | undefined> {
  if (token === undefined) return undefined;
  const started = { ...startedOf(flow, profiles), token };
  const { pushed } = await send(
    project,
    { profile: union, files },
    {
      ...{ token, again: nameOfRun(runDir), beside: filesOf(started, flow.jobs) },
      onSending: () => project.host.openAhead(),
    },
  );
  keepStarted(project.root, id, runDir, started);
  return pushed;
}

/** Throws Failure(4) where a job would be run again that is alive, or of which nobody can tell; and where there is nothing to do. */
function mayRun(flow: Flow, asked: FlowPartAsked, known: ReadonlyMap<string, Known>, seen: FlowSeen): void {
  const { queueTrouble: detail } = seen.snapshot;
  const id = flow.name;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  const planned = plan(flow.jobs, asked, known);
  for (const { job } of planned) {
    const { standing, verdict } = known.get(job.name) ?? {};
    const whose = { flow: flow.name, job: job.name, ...(verdict?.jobId && { jobId: verdict.jobId }) };
    if (isAlive(standing)) throw new Failure<FlowProblem>(4, { kind: 'flow-job-alive', ...whose });
    if (standing === 'unknown' && verdict) throw new Failure<RunProblem>(4, { kind: 'undecided', id, verdict });
  }
  const alive = [...known.values()].filter(({ standing }) => isAlive(standing)).length;
  if (planned.length === 0) throw new Failure<FlowProblem>(4, { kind: 'flow-nothing-to-run', flow: flow.name, alive });
}

function told(flow: Flow, asked: FlowPartAsked, known: ReadonlyMap<string, Known>): SubmittedJob[] {
  return plan(flow.jobs, asked, known).map(({ job, waits, cells }) => ({
    ...{ job: job.name, after: waits },
    ...(cells && { cells: cells.length }),
  }));
}

const aboutOf = ({ name, title, file }: Flow): FlowStatus['flow'] => ({ name, title, file });

const isHeld = ({ commandLine }: Project): boolean => /^(1|yes|true)$/i.test(commandLine.get('HOLD') ?? '');

/** HOLD=1 is about the whole flow: what waits for a held job need not be held itself. */
function withoutHold(project: Project): Project {
  if (!isHeld(project)) return project;
  return { ...project, commandLine: new Map([...project.commandLine].filter(([name]) => name !== 'HOLD')) };
}
