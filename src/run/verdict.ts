/** How a run stands: which of what was seen is about its jobs and tasks, and what that comes to. Pure; asks nobody. */

import { fromRanges } from '../scheduler/ranges.ts';
import { type JobState, parseState } from '../scheduler/states.ts';
import type { AccountRow, ArrayRecord, FlowRecord, RunRecord, Snapshot } from '../scheduler/types.ts';
import { single, together } from './judge.ts';
import { nameOfRun } from './names.ts';

export interface Verdict {
  state: JobState | 'NOT_SUBMITTED';
  /** The job will not go on. Only then may anything be collected. */
  ended: boolean;
  /** The scheduler no longer holds it either: nothing of it runs any more. */
  left: boolean;
  /** It ended, and as its owner wished: COMPLETED, exit code 0, no failed step. */
  success: boolean;
  jobId?: string;
  exitCode?: number;
  /** A signal's name or number, where one ended it. */
  signal?: string;
  /** Why it is pending (the scheduler's word), or what it says of the end. */
  reason?: string;
  /** The exit code of a failed step of a job that itself ended with 0. */
  stepCode?: number;
  elapsedSeconds?: number;
  started?: string;
  endedAt?: string;
  nodes?: string;
  maxRss?: string;
  totalCpu?: string;
  reqMem?: string;
  cpus?: number;
  limit?: string;
  /** Restarts so far, by the markers. */
  restarts?: number;
  /** Of an array: how many tasks are in which state. */
  tasks?: Record<string, number>;
  /** What it failed for want of, where somebody has looked into its log. */
  notFound?: NotFound;
  /** Why it did not run in its container, where somebody has looked into its log. */
  container?: ContainerTrouble;
  /** Who said so. */
  basis: 'queue' | 'accounting' | 'marker' | 'nobody';
}

export interface NotFound {
  /** As the log names it: a word, or a path. */
  program: string;
  /** It is PYTHON, which was to run SCRIPT. */
  isPython: boolean;
}

export interface ContainerTrouble {
  kind:
    | 'no-pyxis'
    | 'no-runtime'
    | 'image-gone'
    | 'other-image'
    | 'mount'
    | 'workdir'
    | 'import'
    | 'image'
    | 'start'
    | 'outside';
  /** What it is about, as the log has it: a path, an image, a task; or empty. */
  detail: string;
}

/** A cell of a sweep, by the last array that had it. */
export interface CellVerdict extends Verdict {
  cell: number;
  /** Its task's number in the array `jobId`. */
  task: number;
  /** How often it ran and failed by itself, or did what it should: what its owner or another job ended does not count. */
  tries: number;
  /** It was begun at least once. */
  begun: boolean;
}

/** A job of a flow, by its last submission. */
export interface PartVerdict extends Verdict {
  /** It left word of its beginning. */
  begun?: boolean;
  /** Of a matrix job: each of its cells, by the last array that had it. */
  cells?: CellVerdict[];
}

/** The verdict on a run's newest attempt; on that of a sweep the one on all its cells, of a flow on all its jobs. */
export function verdictOf(run: RunRecord, snapshot: Snapshot): Verdict {
  if (run.sweep) return sweepVerdict(run, run.sweep.count, cellVerdicts(run, snapshot));
  if (run.flow) return flowVerdict(run.flow, partVerdicts(run, snapshot));
  const { jobId } = run;
  if (run.attempt === 0) return plain('NOT_SUBMITTED');
  const id = jobId ?? foundByName(run, snapshot) ?? run.markers[0]?.jobId;
  if (id === undefined) return plain(neverArrived(run, snapshot) ? 'NOT_SUBMITTED' : 'UNKNOWN');
  return verdictOn(run, snapshot, id);
}

/** The verdict on one job, whatever else was submitted in its run. */
function verdictOn(run: RunRecord, snapshot: Snapshot, id: string): Verdict {
  const { named, of, unnamed, several } = judged(run, snapshot, id);
  if (named.size === 0) return { ...of(), jobId: id };
  const each = [...named].map(of);
  // Tasks that never began have no marker, and at their end accounting may have one row for all of them.
  const count = Math.max(0, ...run.markers.map((marker) => (marker.jobId === id ? (marker.count ?? 0) : 0)));
  if (named.size < count || several) each.push(unnamed());
  return { ...together(each), jobId: id };
}

/** How each job of a flow stands that was ever submitted, by its name. */
export function partVerdicts(run: RunRecord, snapshot: Snapshot): Map<string, PartVerdict> {
  const found = new Map<string, PartVerdict>();
  const parts = run.flow?.parts ?? [];
  const earlier = parts.flatMap(({ jobId }) => jobId ?? []);
  for (const part of parts) {
    const { job, jobId, intent, tasks } = part;
    const id = jobId ?? foundByName({ ...run, earlier }, snapshot, `${job}.${nameOfRun(run.dir)}`);
    if (id === undefined) {
      if (!neverArrived({ ...(intent === undefined ? {} : { intent }) }, snapshot)) found.set(job, plain('UNKNOWN'));
    } else if (tasks === '') {
      const begun = run.markers.some((marker) => marker.jobId === id);
      found.set(job, { ...verdictOn(run, snapshot, id), jobId: id, begun });
    } else {
      const before = parts.filter((one) => one.job === job && one.attempt < part.attempt && one.jobId !== undefined);
      const cells = cellVerdicts(run, snapshot, [...before, { ...part, jobId: id }]);
      const { elapsedSeconds: _, started: __, endedAt: ___, ...all } = together(cells);
      found.set(job, { ...all, ...spanOf(cells), jobId: id, cells });
    }
  }
  return found;
}

/** From the first cell's start to the last one's end; times are the scheduler's text, which sorts as it stands. */
function spanOf(cells: readonly CellVerdict[]): Pick<Verdict, 'started' | 'endedAt' | 'elapsedSeconds'> {
  const [started] = cells.flatMap((cell) => (cell.begun && cell.started) || []).sort();
  const endedAt = cells
    .flatMap((cell) => (cell.begun && cell.endedAt) || [])
    .sort()
    .at(-1);
  if (started === undefined) return {};
  const seconds = endedAt === undefined ? Number.NaN : (Date.parse(endedAt) - Date.parse(started)) / 1000;
  const over = cells.every((cell) => cell.ended);
  return {
    started,
    ...(over && endedAt !== undefined && { endedAt }),
    ...(over && seconds >= 0 && { elapsedSeconds: seconds }),
  };
}

/** How each cell that was ever submitted stands, of a sweep or of `arrays`, in their order. */
export function cellVerdicts(
  run: RunRecord,
  snapshot: Snapshot,
  arrays: readonly ArrayRecord[] = run.sweep?.arrays ?? [],
): CellVerdict[] {
  const cells = new Map<number, CellVerdict>();
  const known = arrays.flatMap(({ jobId }) => jobId ?? []);
  for (const array of arrays) {
    const { jobId, intent } = array;
    const id = jobId ?? foundByName({ ...run, earlier: known }, snapshot);
    // Nothing tells of it: it was never submitted, or is only just being.
    if (id === undefined && neverArrived({ ...(intent === undefined ? {} : { intent }) }, snapshot)) continue;
    const about = id === undefined ? undefined : judged(run, snapshot, id);
    for (const task of fromRanges(array.tasks)) {
      const cell = array.offset + task;
      const name = String(task);
      const verdict = about ? (about.named.has(name) ? about.of(name) : about.unnamed()) : plain('UNKNOWN');
      const before = cells.get(cell);
      const started =
        about?.begun.has(name) || (verdict.ended && verdict.state !== 'CANCELLED' && !neverStarted(verdict));
      const counts = started && verdict.state !== 'CANCELLED' && verdict.state !== 'PREEMPTED';
      const tries = (before?.tries ?? 0) + (counts ? 1 : 0);
      const begun = started || (before?.begun ?? false);
      cells.set(cell, { ...verdict, ...(id === undefined ? {} : { jobId: id }), cell, task, tries, begun });
    }
  }
  return [...cells.values()].sort((a, b) => a.cell - b.cell);
}

/** Slurm calls FAILED, too, what it could never have started: no node has what it asks for (BadConstraints). */
export function neverStarted({ state, exitCode = 0, elapsedSeconds, basis, nodes }: Verdict): boolean {
  return state === 'FAILED' && exitCode <= 1 && basis !== 'marker' && !elapsedSeconds && !nodes;
}

function sweepVerdict(run: RunRecord, count: number, cells: CellVerdict[]): Verdict {
  // Arrays that never arrived have no cells here.
  if (cells.length === 0) return plain('NOT_SUBMITTED');
  const all = together(cells);
  const missing = count - cells.length;
  const newest = run.sweep?.arrays.findLast(({ jobId }) => jobId !== undefined)?.jobId ?? cells[0]?.jobId;
  return {
    ...all,
    // What was never submitted is still to be run.
    success: all.success && missing === 0,
    tasks: { ...all.tasks, ...(missing > 0 ? { NOT_SUBMITTED: missing } : {}) },
    ...(newest === undefined ? {} : { jobId: newest }),
  };
}

/** Without what only the graph can tell: which of its jobs need not run. */
function flowVerdict({ graph, parts }: FlowRecord, jobs: ReadonlyMap<string, PartVerdict>): Verdict {
  if (jobs.size === 0) return plain('NOT_SUBMITTED');
  const all = together([...jobs.values()]);
  const newest = parts.findLast(({ jobId }) => jobId !== undefined)?.jobId;
  return { ...all, success: all.success && graph === undefined, ...(newest === undefined ? {} : { jobId: newest }) };
}

/** The id of a job of this run that none of its attempts knows of. */
function foundByName(run: RunRecord, snapshot: Snapshot, name = nameOfRun(run.dir)): string | undefined {
  const ours = (row: { name: string; jobId: string; workDir: string }, dirs: string[]): boolean =>
    row.name.endsWith(name) && dirs.includes(row.workDir) && !run.earlier?.includes(row.jobId);
  const queued = snapshot.queue.find((row) => ours(row, [run.dir]));
  return (queued ?? snapshot.accounts.find((row) => ours(row, ['', run.dir])))?.jobId;
}

interface Judged {
  /** Tasks of which anybody says something by their number, and those that left a marker. */
  named: Set<string>;
  begun: Set<string>;
  /** Without a task: what is said of the job itself. */
  of(task?: string): Verdict;
  /** On a task of which nobody says anything by its number. */
  unnamed(): Verdict;
  /** A row of the queue stands for several tasks. */
  several: boolean;
}

/** What is said of one job. */
function judged(run: RunRecord, snapshot: Snapshot, id: string): Judged {
  const name = nameOfRun(run.dir);
  const queue = snapshot.queue.filter((row) => row.jobId === id && row.name.endsWith(name));
  const rows = byTask(snapshot.accounts.filter((row) => believable(row, id, name)));
  const markers = byTask(run.markers.filter((marker) => marker.jobId === id));
  // The controller's word on an id that another job has by now is not ours.
  const jobs = byTask(queue.length > 0 ? snapshot.jobs.filter((row) => row.jobId === id) : []);
  const queued = byTask(queue);
  const answered = snapshot.queueTrouble === undefined;
  const of = (task?: string): Verdict => {
    const [row, job] = [queued.get(task)?.[0], jobs.get(task)?.[0]];
    return single({ queue: row, rows: rows.get(task) ?? [], markers: markers.get(task) ?? [], job, answered });
  };
  const several = queue.length > 0 && queued.has(undefined);
  const named = new Set([...queued.keys(), ...rows.keys(), ...markers.keys()].filter((task) => task !== undefined));
  const begun = new Set([...markers.keys()].filter((task) => task !== undefined));
  let others: Verdict | undefined;
  const unnamed = (): Verdict => {
    others ??= of();
    // Slurm keeps no trace of a task that was cancelled before it began.
    const vanished = others.state === 'UNKNOWN' && answered && !several;
    return vanished ? { ...others, state: 'CANCELLED', ended: true, left: true } : others;
  };
  return { named, begun, of, unnamed, several };
}

function byTask<T extends { task?: string }>(rows: readonly T[]): Map<string | undefined, T[]> {
  const all = new Map<string | undefined, T[]>();
  for (const row of rows) {
    const same = all.get(row.task);
    if (same) same.push(row);
    else all.set(row.task, [row]);
  }
  return all;
}

/** Seconds after which a submission without a trace in the queue counts as never made; attempt.sh has the same (GRACE). */
export const GRACE = 180;

function neverArrived(run: Pick<RunRecord, 'intent'>, snapshot: Snapshot): boolean {
  return snapshot.queueTrouble === undefined && run.intent !== undefined && snapshot.now - run.intent > GRACE;
}

function plain(state: 'NOT_SUBMITTED' | 'UNKNOWN'): Verdict {
  return { state, ended: false, left: false, success: false, basis: 'nobody' };
}

/**
 * Whether an accounting record is this job's: ids are used again after years, so its name has to match. Steps have names
 * of their own. `allocation` is what every young record is called, a stranger's too: it is believed of an array cancelled
 * before it began (22.05), which may keep that name, and never of a success.
 */
function believable(row: AccountRow, jobId: string, name: string): boolean {
  if (row.jobId !== jobId) return false;
  const neverBegan = row.name === 'allocation' && row.elapsedSeconds === 0 && parseState(row.state) === 'CANCELLED';
  return row.step !== undefined || row.name.endsWith(name) || neverBegan;
}
