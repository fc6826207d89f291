/** status: how a sweep's cells stand, in one round trip however many they are. */

import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import { logsOf } from '../run/log.ts';
import { type CellVerdict, cellVerdicts } from '../run/parts.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { fromRanges } from '../scheduler/ranges.ts';
import type { RunRecord, Snapshot } from '../scheduler/types.ts';
import { chosenCells } from './choose.ts';
import { type Counts, countCells, estimate } from './progress.ts';
import { cellOf, type StartedSweep, startedSweep } from './started.ts';
import { notHome } from './table.ts';
import type { Cell } from './types.ts';
import { type WandbStatus, wandbStatus } from './wandb/status.ts';
import { mustBeSweep, startedRun, type WhichSweep } from './which.ts';

/** A cell and how it stands; without a verdict it was never submitted. */
export interface CellStatus extends Cell {
  verdict?: CellVerdict;
  /** Its logs, relative to the project (here after a collect) and to REMOTE_DIR. */
  log?: string;
}

export interface SweepStatus extends WandbStatus {
  id: string;
  runDir: string;
  sweep: StartedSweep;
  counts: Counts;
  /** Seconds until all that was submitted may have ended. */
  estimate?: number;
  cells: CellStatus[];
  /** Cells that were asked for and are not submitted yet, since Slurm takes no more of them at present. */
  deferred: number;
  /** Cells that have ended and are not home yet, where that was looked up. */
  toCollect?: number;
  /** Set when the scheduler did not answer. */
  trouble?: string;
}

/** One cell, or a few, with the ends of their logs. */
export interface CellsStatus {
  id: string;
  cells: (CellStatus & { logs: { name: string; tail: string }[] })[];
}

/** What is seen of a sweep at one moment. */
export interface SweepSeen {
  record: RunRecord;
  snapshot: Snapshot;
  verdicts: CellVerdict[];
}

export async function status(project: Project, which: WhichSweep): Promise<SweepStatus> {
  const run = startedRun(project.root, which);
  const sweep = mustBeSweep(run, await startedSweep(project, run));
  const [seen, wandb] = await Promise.all([see(project, run), wandbStatus(project.root, sweep)]);
  const now = statusOf(run, sweep, seen);
  return { ...now, toCollect: notHome(project.root, now).length, ...wandb };
}

/** The last `lines` lines of each log of the chosen cells (CELL=). */
export async function cellStatus(
  project: Project,
  which: WhichSweep,
  cell: string,
  lines: number,
): Promise<CellsStatus> {
  const run = startedRun(project.root, which);
  const sweep = mustBeSweep(run, await startedSweep(project, run));
  const chosen = new Set(chosenCells(sweep, { cell }).map(({ index }) => index));
  const { cells } = statusOf(run, sweep, await see(project, run));
  const wanted = cells.filter(({ index }) => chosen.has(index));
  const tasks = wanted.flatMap(({ verdict }) =>
    verdict?.jobId === undefined ? [] : [`${verdict.jobId}_${verdict.task}`],
  );
  const logs = await logsOf(project, run, tasks, lines);
  const own = ({ verdict }: CellStatus) =>
    logs.filter(({ name }) => name.replace(/\.(out|err)$/, '') === `${verdict?.jobId}_${verdict?.task}`);
  return { id: run.id, cells: wanted.map((one) => ({ ...one, logs: own(one) })) };
}

/** Throws Failure(2) if the run is gone. */
export async function see(project: Project, run: TrackedRun): Promise<SweepSeen> {
  const snapshot = await project.scheduler.query({ runs: [run.runDir] });
  const record = snapshot.runs.get(run.runDir);
  if (!record?.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id: run.id, runDir: run.runDir });
  return { record, snapshot, verdicts: cellVerdicts(record, snapshot) };
}

export function statusOf({ id, runDir }: TrackedRun, started: StartedSweep, seen: SweepSeen): SweepStatus {
  const { record, snapshot, verdicts } = seen;
  // Agents may have been added from another laptop.
  const sweep = { ...started, count: Math.max(started.count, record.sweep?.count ?? 0) };
  const known = new Map(verdicts.map((verdict) => [verdict.cell, verdict]));
  const cells = Array.from({ length: sweep.count }, (_, index) => standingOf(cellOf(sweep, index), known.get(index)));
  const wanted = fromRanges(record.sweep?.wanted ?? '').filter((cell) => !known.has(cell));
  const left = estimate(verdicts, sweep.maxConcurrent);
  return {
    ...{ id, runDir, sweep, cells, counts: countCells(sweep.count, verdicts), deferred: wanted.length },
    ...(left === undefined ? {} : { estimate: left }),
    ...(snapshot.queueTrouble === undefined ? {} : { trouble: snapshot.queueTrouble }),
  };
}

function standingOf(cell: Cell, verdict: CellVerdict | undefined): CellStatus {
  const { jobId, task } = verdict ?? {};
  const log = jobId === undefined ? {} : { log: `slurm/logs/${jobId}_${task}.out` };
  return { ...cell, ...(verdict && { verdict, ...log }) };
}
