/** status: how the jobs of a flow stand, in one round trip however many they are. */

import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import { type PartVerdict, partVerdicts } from '../run/parts.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import type { FlowRecord, RunRecord, Snapshot } from '../scheduler/types.ts';
import { parentsFirst } from './graph.ts';
import type { WhichFlow } from './id.ts';
import { type LogsAsked, withLogs } from './logs.ts';
import type { FlowProblem } from './problem.ts';
import type { FlowJobStatus, FlowStatus, Standing } from './results.ts';
import { isAlive, standings } from './standing.ts';
import { type StartedFlow, startedFlow } from './started.ts';
import { mustHave, trackedFlow } from './which.ts';

/** What is seen of a flow at one moment. */
export interface FlowSeen {
  /** As it was submitted last, from whichever laptop. */
  started: StartedFlow;
  record: RunRecord;
  snapshot: Snapshot;
  verdicts: Map<string, PartVerdict>;
}

/** With the logs of jobs that failed, or of those that are asked for. Throws Failure(2) for a job that it does not have. */
export async function status(project: Project, which: WhichFlow, asked?: LogsAsked): Promise<FlowStatus> {
  const run = trackedFlow(project.root, which);
  const seen = await see(project, run);
  if (asked) mustHave(seen.started.jobs, 'ONLY', asked.jobs);
  return withLogs(project, run, statusOf(run, seen), asked);
}

/** Seconds for Slurm to let go of a job whose marker says that it has ended are in `settle`. Throws Failure(2) if the run is gone, or no flow's. */
export async function see(project: Project, run: TrackedRun, settle = 0): Promise<FlowSeen> {
  const snapshot = await project.scheduler.query({ runs: [run.runDir], settle });
  const record = snapshot.runs.get(run.runDir);
  if (!record?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id: run.id, runDir: run.runDir });
  const started = await startedFlow(project, run, record.removing ? '' : record.flow?.version);
  if (!started) throw new Failure<FlowProblem>(2, { kind: 'no-flow-run', id: run.id });
  return { started, record, snapshot, verdicts: partVerdicts(record, snapshot) };
}

export function statusOf({ id, runDir }: TrackedRun, seen: FlowSeen): FlowStatus {
  const { started: flow, record, snapshot, verdicts } = seen;
  // What was taken out of the file while it was alive is part of it until it has ended.
  const others = [...verdicts].filter(([name, { ended }]) => !ended && !flow.jobs.some((job) => job.name === name));
  const jobs = standings([...flow.jobs, ...others.map(([name]) => ({ name, dependsOn: [] }))], verdicts);
  const { name, title, file } = flow;
  const missing = unfinished(record.flow);
  const { queueTrouble: trouble } = snapshot;
  return {
    ...{ id, runDir, flow: { name, title, file }, jobs, counts: countsOf(jobs) },
    unfinished: missing.length > 0 ? missing : [...(record.flow?.graph?.jobs ?? [])],
    ...timesOf(jobs),
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
function timesOf(jobs: readonly FlowJobStatus[]): Pick<FlowStatus, 'elapsedSeconds' | 'criticalPath'> {
  const spans = new Map<string, Span>();
  const ways = new Map<string, Way>();
  let last: Way | undefined;
  for (const job of parentsFirst(jobs)) {
    const span = spanOf(job);
    if (!span) continue;
    // The parent that kept it waiting longest; times are whole seconds, so of several that ended at once the one with most behind it.
    const before = longest(job.dependsOn.flatMap((parent) => ways.get(parent.job) ?? []));
    const way: Way = { job: job.name, end: span.end, length: (before?.length ?? 0) + 1, ...(before && { before }) };
    spans.set(job.name, span);
    ways.set(job.name, way);
    last = longest(last ? [last, way] : [way]);
  }
  if (!last) return {};
  const begin = Math.min(...[...spans.values()].map(({ begin }) => begin));
  const elapsedSeconds = Math.round((last.end - begin) / 1000);
  if (jobs.some(({ standing }) => isAlive(standing))) return { elapsedSeconds };
  const criticalPath: string[] = [];
  for (let way: Way | undefined = last; way; way = way.before) criticalPath.unshift(way.job);
  return { elapsedSeconds, criticalPath };
}

/** A job, and by way of which others it was kept waiting. */
interface Way {
  job: string;
  end: number;
  length: number;
  before?: Way;
}

const longest = (ways: readonly Way[]): Way | undefined =>
  [...ways].sort((a, b) => b.end - a.end || b.length - a.length)[0];

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
