/** What comes after a shell: its results come home and its run directory goes; or, where the connection broke, its job ends. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Interacted } from '../host/types.ts';
import { toDisk } from '../run/collect.ts';
import { type Known, lookAt, type TrackedRun } from '../run/find.ts';
import { findResults, type Gathered, gather } from '../run/gather.ts';
import { remember } from '../run/history.ts';
import { nameOfRun } from '../run/names.ts';
import type { Project } from '../run/project.ts';
import { exclusively, readTracked, writeJobId, writeRunDir } from '../run/record.ts';
import { removeRun } from '../run/remove.ts';
import type { Verdict } from '../run/verdict.ts';
import type { InteractiveProblem } from './problem.ts';

export interface ShellResult {
  id: string;
  run: string;
  runDir: string;
  jobId?: string;
  /** The exit code of the command, or of the shell. */
  code: number;
  /** It ended by itself, not by a time limit or a cancellation. */
  natural: boolean;
  verdict?: Verdict;
  gathered: Gathered;
  /** The run directory is gone. */
  removed: boolean;
  /** Why it is not: results that are links to somewhere else, or what the removal said. */
  kept?: string;
  /** Ctrl-C ended it, before it began or where there is no terminal. */
  interrupted: boolean;
}

interface About {
  command: boolean;
  interrupted(): boolean;
}

const NOTHING: Gathered = { results: [], logs: [], kept: [], missing: [] };

/** What the marker need not know: the same signal may reach the command first, which then seems to have ended by itself. */
const FROM_OUTSIDE: readonly string[] = ['CANCELLED', 'TIMEOUT', 'DEADLINE', 'PREEMPTED', 'NODE_FAIL'];

/** Seconds that the scheduler may take to let go of a job. */
const LETTING_GO = 60;

export async function afterwards(
  project: Project,
  run: TrackedRun,
  end: Interacted,
  about: About,
): Promise<ShellResult> {
  const { id, runDir } = run;
  const lost = 'lost' in end && !about.interrupted();
  if (lost) project.talk.tell({ type: 'shell-lost' });
  if ('lost' in end || about.interrupted()) await endJob(project, run);
  const { record, verdict, left } = await letGo(project, run);
  const { jobId } = verdict;
  const markers = record.markers.filter((marker) => marker.jobId === (jobId ?? marker.jobId));
  const marked = markers.find(({ kind, how }) => kind === 'end' && how === 'exit')?.code;
  const began = markers.length > 0 || verdict.success;
  if (lost) throw await keep(project, run, jobId, left, began);
  const code = marked ?? ('code' in end ? end.code : 130);
  const whose = { id, run: nameOfRun(runDir), runDir, ...(jobId ? { jobId } : {}) };
  if (!began) {
    await removeRun(project, { dir: runDir, attempt: 1 });
    const interrupted = about.interrupted() || code === 130;
    if (!interrupted) throw new Failure<InteractiveProblem>(2, { kind: 'shell-not-started', id, code });
    return { ...whose, code: 130, natural: false, gathered: NOTHING, removed: true, interrupted };
  }
  if (!left) {
    await track(project, run, jobId);
    const why = verdict.state === 'UNKNOWN' ? 'undecided' : 'alive';
    throw new Failure<InteractiveProblem>(3, { kind: 'shell-kept', id, runDir, why });
  }
  const natural = marked !== undefined && !FROM_OUTSIDE.includes(verdict.state);
  const result = { ...whose, natural, verdict, interrupted: about.interrupted() };
  return { ...result, code: marked ?? (code || 1), ...(await bringHome(project, run, verdict)) };
}

/** Results so far as collect brings them; those that are not there are no mistake of a shell's. */
async function bringHome(
  project: Project,
  run: TrackedRun,
  verdict: Verdict,
): Promise<Pick<ShellResult, 'gathered' | 'removed' | 'kept'>> {
  const { runDir } = run;
  const found = await findResults(project, run, verdict.jobId ?? '');
  const gathered = await gather(project, run, found);
  if (verdict.jobId) remember(project, run, verdict.jobId, verdict);
  const links = found.leaving.map(({ path, target }) => `${path} -> ${target}`);
  if (links.length > 0) {
    await track(project, run, verdict.jobId);
    return { gathered, removed: false, kept: links.join(', ') };
  }
  await toDisk();
  try {
    await removeRun(project, { dir: runDir, attempt: 1 });
    return { gathered, removed: true };
  } catch (error) {
    if (!(error instanceof Failure) || error.exit === 3) throw error;
    await track(project, run, verdict.jobId);
    return { gathered, removed: false, kept: (error.problems[0] as { detail?: string }).detail ?? '' };
  }
}

/** Cancels the shell's job, once it is known to be there; does nothing where the cluster cannot be reached. */
export async function endJob(project: Project, run: TrackedRun): Promise<void> {
  for (let tries = 0; tries < LETTING_GO / 2; tries++) {
    try {
      const { known, snapshot } = await lookAt(project, [run]);
      const { verdict } = known[0] as Known;
      const there = verdict.jobId !== undefined && !verdict.ended && verdict.state !== 'UNKNOWN';
      if (there) await project.scheduler.cancel([verdict.jobId as string]);
      if (there || snapshot.queueTrouble === undefined) return;
    } catch (error) {
      if (!(error instanceof Failure) || error.exit !== 3) throw error;
    }
    await sleep(2000);
  }
}

/** How the job stands once the scheduler holds it no longer; `left` is false if that took too long or nobody knows. */
async function letGo(project: Project, run: TrackedRun): Promise<Known & { left: boolean }> {
  const until = Date.now() + LETTING_GO * 1000;
  for (;;) {
    const { known, snapshot } = await lookAt(project, [run], 10);
    const one = known[0] as Known;
    const { ended, left, state } = one.verdict;
    if (ended && left) return { ...one, left };
    // Nobody knows of a job, and the queue has answered: it never came, or was forgotten at once.
    const nowhere = snapshot.queueTrouble === undefined && (state === 'UNKNOWN' || state === 'NOT_SUBMITTED');
    if (nowhere && one.record.jobId === undefined) return { ...one, left: true };
    if (Date.now() > until) return { ...one, left: false };
    await sleep(1000);
  }
}

/** The run directory stays where something may be in it, and is found again by its id. */
async function keep(
  project: Project,
  run: TrackedRun,
  jobId: string | undefined,
  ended: boolean,
  began: boolean,
): Promise<Failure<InteractiveProblem>> {
  const { id, runDir } = run;
  const problem = { kind: 'shell-lost', id, ended, ...(jobId ? { jobId } : {}) } as const;
  if (!began && ended) {
    await removeRun(project, { dir: runDir, attempt: 1 });
    return new Failure(3, problem);
  }
  await track(project, run, jobId);
  return new Failure(3, { ...problem, runDir });
}

/** Writes its state files, unless another shell of the profile was kept before: recover tells of both then. */
async function track({ root }: Project, { id, runDir, notes }: TrackedRun, jobId: string | undefined): Promise<void> {
  await exclusively(root, id, async () => {
    if (readTracked(root, id).runDir !== undefined) return;
    writeRunDir(root, id, runDir, notes);
    if (jobId !== undefined) writeJobId(root, id, jobId);
  });
}
