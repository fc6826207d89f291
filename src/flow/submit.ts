/** Submits what is planned of a flow, each job once, in one round trip unless somebody else is at it too. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Profile } from '../conf/types.ts';
import { Failure, type ProblemBase } from '../failure.ts';
import { insideText } from '../run/contained.ts';
import type { TrackedRun } from '../run/find.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { writeJobId } from '../run/record.ts';
import { jobSecrets, refusal } from '../run/submit.ts';
import { fromRanges } from '../scheduler/ranges.ts';
import type { FlowAnswer, FlowGraph, FlowPart } from '../scheduler/submission.ts';
import type { FlowRecord } from '../scheduler/types.ts';
import { type FlowPartAsked, type Known, type Planned, plan } from './plan.ts';
import type { FlowProblem } from './problem.ts';
import type { SubmittedJob } from './results.ts';
import { type FlowScript, renderJob } from './scripts.ts';
import { isAlive, standings } from './standing.ts';
import { digestOf, type StartedFlow, type StartedJob, startedJobs } from './started.ts';
import { type FlowSeen, see, unfinished } from './status.ts';
import type { Flow } from './types.ts';
import { flowJobs } from './waits.ts';

/** A flow with a profile for each of its jobs, and one that stands for them all. */
export interface ReadyFlow {
  flow: Flow;
  profiles: ReadonlyMap<string, Profile>;
  union: Profile;
  /** Arguments of the flow that make's command line gave. */
  given: ReadonlyMap<string, string>;
}

/** Of what each job comes to, by its name: a submission is of one flow, though it takes two commands. */
export type Digests = ReadonlyMap<string, string>;

const digestOfAll = (digests: Digests, jobs: readonly string[]): string =>
  digestOf(jobs.map((job) => digests.get(job) ?? ''));

/** Whether a submission that was begun is of the flow as it is now. */
export const isStill = ({ digest, jobs }: FlowGraph, digests: Digests): boolean =>
  digest === undefined || digest === digestOfAll(digests, jobs);

export interface SubmitFlowOptions {
  asked: FlowPartAsked;
  digests: Digests;
  /** The flow as it was when it was submitted before. */
  was?: StartedFlow;
  /** Pushed by this very command: nothing was submitted in it before. */
  fresh?: boolean;
  /** They stay held when all are submitted. */
  hold?: boolean;
}

/** How often somebody else may have been faster; another command may be at it for as long as so many sbatch take. */
const TRIES = 10;

/** Throws Failure(2, 3, 4) as a single submission does; what was submitted before that is known over there. */
export async function submitFlow(
  project: Project,
  run: TrackedRun,
  ready: ReadyFlow,
  { asked, digests, was, fresh = false, hold = false }: SubmitFlowOptions,
): Promise<SubmittedJob[]> {
  const { id, runDir } = run;
  const broken = asked.part === 'rest' ? asked.graph : undefined;
  let since = broken?.since;
  let mine = broken?.jobs;
  let wasBegun = broken !== undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    await sleep(Math.min(tries, 5) * 1000);
    const seen = fresh && tries === 0 ? undefined : await see(project, run);
    const { queueTrouble: detail } = seen?.snapshot ?? {};
    if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id, detail });
    const { flow: record, attempt = 0 } = seen?.record ?? {};
    const known = seen ? knownOf(ready.flow, seen, was) : new Map<string, Known>();
    // A submission that was begun, by this command or by another, is made whole before anything else.
    const graph = record?.graph;
    // One that is not what was asked for is another command's, and whole in a moment.
    if (graph && !(isMeant(asked, graph) && isStill(graph, digests))) continue;
    since ??= graph?.since ?? attempt;
    const all = submittedSince(record, since, ready.flow);
    // By this command, though its answer was lost, or by another one that made it whole.
    const isThere = (job: string) => all.some((one) => one.job === job);
    if (!graph && mine?.every(isThere))
      return noted(
        project,
        id,
        all.filter(({ job }) => mine?.includes(job)),
      );
    // It was to be made whole: only who cancels the flow takes that away, or whose sbatch was refused.
    if (!graph && wasBegun) throw new Failure<FlowProblem>(4, { kind: 'flow-cancelled', flow: ready.flow.name });
    wasBegun ||= graph !== undefined;
    if (!graph && seen) mayRun(ready.flow, asked, known);
    const rest = graph && ({ part: 'rest', jobs: unfinished(record), graph } as const);
    const planned = plan(ready.flow.jobs, rest ?? asked, known);
    mine ??= graph?.jobs ?? planned.map(({ job }) => job.name);
    mustBeKnown(planned, known, id);
    const before = (graph?.jobs ?? []).flatMap((job) => (rest?.jobs.includes(job) ? [] : (known.get(job) ?? [])));
    const scripts = await renderAll(project, ready, planned, run);
    const jobs = flowJobs(ready, { planned, known, parts: record?.parts ?? [], attempt });
    const names = planned.map(({ job }) => job.name);
    const answer = await project.scheduler.submitFlow({
      ...{ runDir, seen: attempt, prefix: project.cluster.jobPrefix, shared: scripts[0]?.shared ?? '' },
      ...{ secrets: jobSecrets(project, ready.union, { flow: ready.flow.name, jobs }), inside: insideOf(ready) },
      graph: graph ?? { since, digest: digestOfAll(digests, names), held: hold, jobs: names },
      noted: graph !== undefined,
      earlier: before.flatMap(idOfJob),
      held: hold ? [] : before.filter((one) => isOurs(ready, one)).flatMap(idOfJob),
      jobs: planned.map((one, at) => partOf(one, scripts[at] as FlowScript, planned, known, hold)),
    });
    wasBegun ||= answer.submitted.length > 0;
    const submitted = [...all, ...toldOf(answer, planned)];
    if (answer.outcome === 'whole') return noted(project, id, submitted);
    if (answer.outcome !== 'changed') throw failureOf(answer, ready.flow.name, run, submitted);
  }
  throw new Failure<FlowProblem>(4, { kind: 'flow-busy', flow: ready.flow.name });
}

/** FROM and ONLY are for the jobs that they name. */
function isMeant(asked: FlowPartAsked, { jobs }: FlowGraph): boolean {
  return (asked.part !== 'from' && asked.part !== 'only') || asked.jobs.every((job) => jobs.includes(job));
}

/** Throws Failure(4) where a job would be run again that is alive, or of which nobody can tell; and where there is nothing to do. */
export function mayRun(flow: Flow, asked: FlowPartAsked, known: ReadonlyMap<string, Known>): void {
  const planned = plan(flow.jobs, asked, known);
  for (const { job } of planned) {
    const { standing, verdict } = known.get(job.name) ?? {};
    const whose = { flow: flow.name, job: job.name, ...(verdict?.jobId && { jobId: verdict.jobId }) };
    if (isAlive(standing)) throw new Failure<FlowProblem>(4, { kind: 'flow-job-alive', ...whose });
    if (standing === 'unknown' && verdict)
      throw new Failure<RunProblem>(4, { kind: 'undecided', id: `flow@${flow.name}`, verdict });
  }
  const alive = [...known.values()].filter(({ standing }) => isAlive(standing)).length;
  if (planned.length === 0) throw new Failure<FlowProblem>(4, { kind: 'flow-nothing-to-run', flow: flow.name, alive });
}

/** An end that nobody knows is nothing to wait for: Slurm before 24.11 takes an id that it has forgotten for a success. */
function mustBeKnown(planned: readonly Planned[], known: ReadonlyMap<string, Known>, id: string): void {
  for (const { job } of planned.flatMap(({ waits }) => waits)) {
    const { standing, verdict } = known.get(job) ?? {};
    const isPlanned = planned.some((one) => one.job.name === job);
    if (standing === 'unknown' && verdict && !isPlanned)
      throw new Failure<RunProblem>(4, { kind: 'undecided', id, verdict });
  }
}

/** The run's job is the one that was submitted last. */
function noted(project: Project, id: string, submitted: SubmittedJob[]): SubmittedJob[] {
  const newest = submitted.at(-1)?.jobId;
  if (newest !== undefined) writeJobId(project.root, id, newest);
  return submitted;
}

function submittedSince(record: FlowRecord | undefined, since: number, { jobs }: Flow): SubmittedJob[] {
  const parts = record?.parts.filter(({ attempt, jobId }) => attempt > since && jobId !== undefined) ?? [];
  return parts.map(({ job, jobId = '', tasks }) => {
    const after = jobs.find(({ name }) => name === job)?.dependsOn ?? [];
    const cells = tasks === '' ? {} : { cells: fromRanges(tasks).length };
    return { job, jobId, after: after.map(({ kind, job }) => ({ kind, job })), ...cells };
  });
}

/** What every planned job comes to. Throws Failure(2) with what is wrong in any of them. */
export async function renderAll(
  project: Project,
  { profiles, union }: ReadyFlow,
  planned: readonly Planned[],
  { runDir, notes }: Pick<TrackedRun, 'runDir' | 'notes'>,
): Promise<FlowScript[]> {
  const problems: ProblemBase[] = [];
  const scripts: FlowScript[] = [];
  for (const one of planned) {
    try {
      scripts.push(await renderJob(project, one, profiles.get(one.job.name) ?? union, runDir, notes.home));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new Failure(2, ...problems);
  return scripts;
}

const insideOf = ({ profiles, union }: ReadyFlow): string =>
  insideText([...profiles.values()].find(({ runsIn }) => runsIn !== undefined) ?? union);

const idOfJob = ({ verdict }: Known): string[] => (verdict?.jobId === undefined ? [] : [verdict.jobId]);

/** `was` is the flow as it was submitted: of a matrix job whose cells are others now none is done. */
export function knownOf(flow: Flow, { verdicts }: FlowSeen, was: StartedFlow | undefined): Map<string, Known> {
  const now = startedJobs(flow.jobs);
  const cellsIn = (jobs: readonly StartedJob[] | undefined, name: string): string =>
    jobs?.find((job) => job.name === name)?.cells?.join('\n') ?? '';
  return new Map(
    standings(now, verdicts).map((job) => {
      const isOther = was !== undefined && cellsIn(was.jobs, job.name) !== cellsIn(now, job.name);
      if (isOther && !isAlive(job.standing)) return [job.name, { ...job, standing: 'not-submitted' }];
      const cells = verdicts.get(job.name)?.cells;
      const doneCells = cells && new Set(cells.flatMap((cell) => (cell.success ? [cell.cell] : [])));
      return [job.name, { ...job, ...(doneCells && { doneCells }) }];
    }),
  );
}

/** Held by us alone, until all are submitted. */
function isOurs({ profiles }: ReadyFlow, { name, standing }: Known): boolean {
  return standing === 'held' && !profiles.get(name)?.sbatch.some((option) => option.name === 'hold');
}

function partOf(
  { waits }: Planned,
  { shared: _, held, ...script }: FlowScript,
  planned: readonly Planned[],
  known: ReadonlyMap<string, Known>,
  hold: boolean,
): FlowPart {
  const places = new Map(planned.map(({ job }, at) => [job.name, at]));
  const options = hold && waits.every((wait) => !places.has(wait.job)) ? ['--hold', ...script.options] : script.options;
  return {
    ...script,
    options,
    waits: waits.flatMap(({ kind, job: parent }) => {
      const on = places.get(parent) ?? aliveId(known.get(parent));
      return on === undefined ? [] : [{ kind, on }];
    }),
    release: !held && !hold && waits.every((wait) => !places.has(wait.job)),
  };
}

const aliveId = (parent: Known | undefined): string | undefined =>
  isAlive(parent?.standing) || parent?.standing === 'unknown' ? parent?.verdict?.jobId : undefined;

function toldOf({ submitted }: FlowAnswer, planned: readonly Planned[]): SubmittedJob[] {
  return submitted.flatMap(({ job, jobId }) => {
    const one = planned.find((candidate) => candidate.job.name === job);
    return one ? [{ job, jobId, after: one.waits, ...(one.cells && { cells: one.cells.length }) }] : [];
  });
}

function failureOf(answer: FlowAnswer, flow: string, run: TrackedRun, submitted: readonly SubmittedJob[]): Failure {
  const { outcome, detail, job } = answer;
  if (outcome === 'refused' && job !== undefined) {
    const cancelled = submitted.flatMap(({ jobId }) => jobId ?? []);
    // Slurm's word for a controller that cannot be connected to.
    const exit = /connect failure/i.test(detail) ? 3 : 2;
    return new Failure<FlowProblem>(exit, { kind: 'flow-refused', flow, job, detail, cancelled });
  }
  if (outcome === 'cancelled') return new Failure<FlowProblem>(4, { kind: 'flow-cancelled', flow });
  if (outcome === 'whole' || outcome === 'changed') throw new Error(outcome);
  return refusal({ outcome, detail }, run.id, run.runDir, submitted.length);
}
