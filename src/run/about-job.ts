/** Which of what was seen is about one job and its tasks, and what that comes to. Pure. */

import { parseState } from '../scheduler/states.ts';
import type { AccountRow, RunRecord, Snapshot } from '../scheduler/types.ts';
import { single, together } from './judge.ts';
import { nameOfRun } from './names.ts';
import type { Verdict } from './verdict.ts';

/** The verdict on one job, whatever else was submitted in its run. */
export function verdictOn(run: RunRecord, snapshot: Snapshot, id: string): Verdict {
  const { named, of, unnamed, several } = judged(run, snapshot, id);
  if (named.size === 0) return { ...of(), jobId: id };
  const each = [...named].map(of);
  // Tasks that never began have no marker, and at their end accounting may have one row for all of them.
  const count = Math.max(0, ...run.markers.map((marker) => (marker.jobId === id ? (marker.count ?? 0) : 0)));
  if (named.size < count || several) each.push(unnamed());
  return { ...together(each), jobId: id };
}

/** The id of a job of this run that none of its attempts knows of. */
export function foundByName(run: RunRecord, snapshot: Snapshot, name = nameOfRun(run.dir)): string | undefined {
  const ours = (row: { name: string; jobId: string; workDir: string }, dirs: string[]): boolean =>
    row.name.endsWith(name) && dirs.includes(row.workDir) && !run.earlier?.includes(row.jobId);
  const queued = snapshot.queue.find((row) => ours(row, [run.dir]));
  return (queued ?? snapshot.accounts.find((row) => ours(row, ['', run.dir])))?.jobId;
}

export interface Judged {
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
export function judged(run: RunRecord, snapshot: Snapshot, id: string): Judged {
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

export function neverArrived(run: Pick<RunRecord, 'intent'>, snapshot: Snapshot): boolean {
  return snapshot.queueTrouble === undefined && run.intent !== undefined && snapshot.now - run.intent > GRACE;
}

export function plain(state: 'NOT_SUBMITTED' | 'UNKNOWN'): Verdict {
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
