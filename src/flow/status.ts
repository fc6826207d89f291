/** status: how the jobs of a flow stand, in one round trip however many they are. */

import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { type PartVerdict, partVerdicts } from '../run/verdict.ts';
import type { FlowRecord, RunRecord, Snapshot } from '../scheduler/types.ts';
import { parentsFirst } from './graph.ts';
import { withLogs } from './logs.ts';
import type { FlowJobStatus, FlowStatus, Standing } from './results.ts';
import { isAlive, standings } from './standing.ts';
import type { StartedFlow } from './started.ts';
import { theFlow, trackedFlow, type WhichFlow } from './which.ts';

/** What is seen of a flow at one moment. */
export interface FlowSeen {
  record: RunRecord;
  snapshot: Snapshot;
  verdicts: Map<string, PartVerdict>;
}

export async function status(project: Project, which: WhichFlow): Promise<FlowStatus> {
  const run = trackedFlow(project.root, which);
  const flow = await theFlow(project, run);
  return withLogs(project, run, statusOf(run, flow, await see(project, run)));
}

/** Seconds for Slurm to let go of a job whose marker says that it has ended are in `settle`. Throws Failure(2) if the run is gone. */
export async function see(project: Project, run: TrackedRun, settle = 0): Promise<FlowSeen> {
  const snapshot = await project.scheduler.query({ runs: [run.runDir], settle });
  const record = snapshot.runs.get(run.runDir);
  if (!record?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id: run.id, runDir: run.runDir });
  return { record, snapshot, verdicts: partVerdicts(record, snapshot) };
}

export function statusOf({ id, runDir }: TrackedRun, flow: StartedFlow, seen: FlowSeen): FlowStatus {
  const { record, snapshot, verdicts } = seen;
  const jobs = standings(flow.jobs, verdicts);
  const { name, title, file } = flow;
  const missing = unfinished(record.flow);
  const { queueTrouble: trouble } = snapshot;
  return {
    ...{ id, runDir, flow: { name, title, file }, jobs, counts: countsOf(jobs) },
    unfinished: missing.length > 0 ? missing : (record.flow?.graph?.jobs ?? []),
    ...timesOf(jobs, snapshot.now),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Jobs of a submission that was broken off; none where only their release is missing. */
export function unfinished(flow: FlowRecord | undefined): string[] {
  const { graph, parts = [] } = flow ?? {};
  if (!graph) return [];
  const there = new Set(parts.flatMap((part) => (part.attempt > graph.since && part.jobId ? [part.job] : [])));
  return graph.jobs.filter((job) => !there.has(job));
}

function countsOf(jobs: readonly FlowJobStatus[]): Record<Standing, number> {
  const counts: Record<Standing, number> = {
    ...{ done: 0, failed: 0, stopped: 0, cancelled: 0, skipped: 0, running: 0, pending: 0, waiting: 0, held: 0 },
    ...{ unknown: 0, 'not-submitted': 0 },
  };
  for (const { standing } of jobs) counts[standing] += 1;
  return counts;
}

/** Times of day are the scheduler's, without a zone: only differences between them mean anything here. */
function timesOf(jobs: readonly FlowJobStatus[], now: number): Pick<FlowStatus, 'elapsedSeconds' | 'criticalPath'> {
  const spans = new Map(
    parentsFirst(jobs).flatMap((job) => {
      const span = spanOf(job);
      return span ? [[job.name, span] as const] : [];
    }),
  );
  if (spans.size === 0) return {};
  const begin = Math.min(...[...spans.values()].map(({ begin }) => begin));
  const paths = [...spans.keys()].map((name) => pathTo(name, jobs, spans));
  // Times are whole seconds: of several that ended at once it is the one with most behind it.
  const endOf = (path: readonly string[]): number => spans.get(path.at(-1) ?? '')?.end ?? 0;
  const [longest = []] = paths.sort((a, b) => endOf(b) - endOf(a) || b.length - a.length);
  const alive = jobs.some(({ standing }) => isAlive(standing));
  // Of one that lives Slurm says how long it has been running: that is now.
  const end = Math.max(...[...spans.values()].map(({ end }) => end));
  const elapsedSeconds = Math.round((end - begin) / 1000);
  if (alive || now === 0) return { elapsedSeconds };
  return { elapsedSeconds, criticalPath: longest };
}

interface Span {
  begin: number;
  end: number;
}

/** Of one that never began there is none. */
function spanOf({ verdict }: FlowJobStatus): Span | undefined {
  if (verdict?.started === undefined) return undefined;
  const begin = Date.parse(verdict.started);
  const ran = verdict.elapsedSeconds ?? 0;
  if (ran === 0 && !verdict.nodes) return undefined;
  const end = verdict.endedAt === undefined ? begin + ran * 1000 : Date.parse(verdict.endedAt);
  return Number.isNaN(begin) || Number.isNaN(end) ? undefined : { begin, end };
}

/** From a job back to the parent that kept it waiting longest, and so on. */
function pathTo(name: string, jobs: readonly FlowJobStatus[], spans: ReadonlyMap<string, Span>): string[] {
  const edges = new Map(jobs.map((job) => [job.name, job.dependsOn]));
  const path = [name];
  for (;;) {
    // The spans are in the order of the graph: of several that ended at once the last one.
    const parents = edges.get(path[0] ?? '')?.map(({ job }) => job) ?? [];
    const known = [...spans].filter(([parent]) => parents.includes(parent) && !path.includes(parent));
    if (known.length === 0) return path;
    path.unshift(known.reduce((a, b) => (b[1].end >= a[1].end ? b : a))[0]);
  }
}
