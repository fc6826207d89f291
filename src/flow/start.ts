/** slurm-flow: the whole graph is handed to the scheduler; or, in the run directory that is there, part of it again. */

import { expandCodeFiles } from '../conf/code-files.ts';
import { Failure, type ProblemBase } from '../failure.ts';
import { idOf } from '../run/find.ts';
import { history } from '../run/history.ts';
import { nameOfRun } from '../run/names.ts';
import { runsInside } from '../run/prepare.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { planned as plannedPush, send } from '../run/push.ts';
import { exclusively, readTracked, writeRunDir } from '../run/record.ts';
import { jobSecrets } from '../run/submit.ts';
import {
  aboutOf,
  type Before,
  type Checked,
  complete,
  goOn,
  isHeld,
  plannedNow,
  type StartFlowOptions,
  withoutHold,
} from './go-on.ts';
import { runOfFlow, type WhichFlow } from './id.ts';
import { madeBefore } from './made.ts';
import { type FlowPartAsked, plan } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import type { Standing, StartFlowResult } from './results.ts';
import { isAlive } from './standing.ts';
import { digestOf, filesOf, keepStarted, startedOf } from './started.ts';
import { see, statusOf } from './status.ts';
import { type Digests, type ReadyFlow, renderAll, submitFlow } from './submit.ts';
import type { Flow } from './types.ts';
import { flowRun, mustHave, trackedFlow } from './which.ts';

/** Throws Failure(2) with everything that is wrong, before anything is sent. */
export function start(
  project: Project,
  which: WhichFlow,
  ready: ReadyFlow,
  options: StartFlowOptions,
): Promise<StartFlowResult> {
  const { root } = project;
  const id = idOf(runOfFlow(which));
  const { asked } = options;
  if (asked.part === 'from' || asked.part === 'only') mustHave(ready.flow.jobs, asked.part.toUpperCase(), asked.jobs);
  return exclusively(root, id, async () => {
    const left = madeBefore(root, id, [...ready.profiles.values()]);
    const told = { ...(left.length > 0 && { left }), ...argsOf(ready) };
    const sent = await checked(project, ready, left, options.dryRun ?? false);
    const before = await whatIsThere(project, which);
    const graph = before?.seen.record.flow?.graph;
    if (before && graph) {
      const { ready, project: begun } = await options.asBegun();
      // What was opened goes on.
      const same = { ...project, cluster: begun.cluster, commandLine: begun.commandLine };
      return {
        ...(await complete(same, before, graph, ready, await digestsOf(same, ready), options)),
        ...argsOf(ready),
      };
    }
    // What was refused, or cancelled before it began, has left a run directory as good as new.
    const same = before && (asked.part !== 'all' || !hasBegun(before)) ? before : undefined;
    if (same) return { ...(await goOn(project, same, ready, sent, options)), ...told };
    if (!before) needsNothingBefore(root, which, ready.flow, asked);
    if (before && !options.dryRun) await mayReplace(project, id, before);
    return { ...(await begin(project, id, ready, sent, options)), ...told };
  });
}

const argsOf = ({ given }: ReadyFlow): Pick<StartFlowResult, 'args'> =>
  given.size > 0 ? { args: Object.fromEntries(given) } : {};

/** Part of a flow of which nothing is there can run only if it waits for none of the other jobs. Throws Failure(2). */
function needsNothingBefore(root: string, which: WhichFlow, flow: Flow, asked: FlowPartAsked): void {
  if (asked.part === 'due') trackedFlow(root, which);
  if (asked.part !== 'from' && asked.part !== 'only') return;
  const names = new Set(plan(flow.jobs, asked, new Map()).map(({ job }) => job.name));
  const parents = flow.jobs
    .filter(({ name }) => names.has(name))
    .flatMap(({ dependsOn }) => dependsOn.map(({ job }) => job));
  const missing = [...new Set(parents.filter((job) => !names.has(job)))];
  const problem = {
    kind: 'flow-nothing-before',
    flow: flow.name,
    variable: asked.part.toUpperCase(),
    parents: missing,
  } as const;
  if (missing.length > 0) throw new Failure<FlowProblem>(2, problem);
}

/** Every mistake that can be found here, of every job; connecting begins meanwhile. */
async function checked(project: Project, ready: ReadyFlow, left: readonly string[], dryRun: boolean): Promise<Checked> {
  const { root } = project;
  const { profiles, union } = ready;
  const dialling = dryRun ? undefined : project.host.connect();
  const all = [...profiles.values()];
  const files = await expandCodeFiles(root, all, [...runsInside(project), ...left]);
  await dialling;
  jobSecrets(project, union, { flow: ready.flow.name });
  return { files, digests: await digestsOf(project, ready) };
}

/** Renders every job. Throws Failure(2) with what is wrong in any of them. */
async function digestsOf(project: Project, ready: ReadyFlow): Promise<Digests> {
  const runDir = `${project.cluster.remoteDir}/runs/${ready.union.id}-00000000-000000`;
  const planned = plan(ready.flow.jobs, { part: 'all' }, new Map());
  const scripts = await renderAll(withoutHold(project), ready, planned, { runDir, notes: {} });
  // What goes around the scripts is the toolkit's.
  return new Map(scripts.map(({ shared: _, ...script }, at) => [script.job, digestOf([script, planned[at]?.waits])]));
}

/** Undefined where nothing is tracked, or what was is gone. */
async function whatIsThere(project: Project, which: WhichFlow): Promise<Before | undefined> {
  const run = flowRun(project.root, which);
  if (!run) return undefined;
  try {
    const seen = await see(project, run);
    const { name } = seen.started;
    if (name !== which.name) throw new Failure<FlowProblem>(2, { kind: 'flow-of-another', id: run.id, flow: name });
    return seen.record.pushed ? { run, seen } : undefined;
  } catch (error) {
    const isNothing = ({ kind }: ProblemBase) => kind === 'run-gone' || kind === 'no-flow-run';
    if (error instanceof Failure && error.problems.some(isNothing)) return undefined;
    throw error;
  }
}

/** Whether a job of it has ever begun, or is in the queue. */
function hasBegun({ run, seen }: Before): boolean {
  const { jobs } = statusOf(run, seen);
  const RAN: readonly Standing[] = ['done', 'failed', 'running', 'unknown'];
  return jobs.some(
    ({ standing, verdict }) =>
      isAlive(standing) || RAN.includes(standing) || verdict?.started || verdict?.elapsedSeconds,
  );
}

/** What is alive of it, or not home yet, is lost sight of here when it is begun anew (`recover` finds it). */
async function mayReplace(project: Project, id: string, { run, seen }: Before): Promise<void> {
  const { queueTrouble: detail } = seen.snapshot;
  if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
  const alive = statusOf(run, seen).jobs.some(({ standing }) => isAlive(standing));
  const isHome = history(project.root, id).some((entry) => entry.run === nameOfRun(run.runDir));
  // What was submitted since is not.
  if (isHome && seen.record.collected && !alive) return;
  const whose = { id, ...(run.jobId && { jobId: run.jobId }), runDir: run.runDir };
  if (!(await project.talk.ask({ type: 'replace', ...whose })))
    throw new Failure<RunProblem>(4, { kind: 'declined', ...whose });
}

/** A new run: one push, then all jobs. */
async function begin(
  project: Project,
  id: string,
  ready: ReadyFlow,
  { files, digests }: Checked,
  { asked, dryRun = false }: StartFlowOptions,
): Promise<StartFlowResult> {
  const { flow, union } = ready;
  const started = startedOf(flow, ready.profiles, ready.given);
  const pushing = { profile: union, jobs: [...ready.profiles.values()], files };
  const about = { id, flow: aboutOf(flow), kept: [], again: false };
  if (dryRun) {
    const push = plannedPush(project, pushing);
    return { ...about, runDir: push.runDir, push, submitted: plannedNow(flow, asked, new Map()), dryRun };
  }
  const { pushed, notes } = await send(project, pushing, {
    beside: filesOf(started, flow.jobs),
    onSending: () => project.host.openAhead(),
  });
  writeRunDir(project.root, id, pushed.runDir, notes);
  keepStarted(project.root, id, pushed.runDir, started);
  const run = { ...readTracked(project.root, id), runDir: pushed.runDir };
  const hold = isHeld(project);
  const submitted = await submitFlow(withoutHold(project), run, ready, { asked, digests, fresh: true, hold });
  return { ...about, runDir: pushed.runDir, push: pushed, submitted, ...(hold && { held: true }) };
}
