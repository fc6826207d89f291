/** resume: runs again what failed of a sweep or is missing, in the same run directory, and never a cell that is alive or done. */

import { loadProfile } from '../conf/profile.ts';
import type { Profile } from '../conf/types.ts';
import type { TrackedRun } from '../run/find.ts';
import { withGiven } from '../run/given.ts';
import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { chosenCells } from './choose.ts';
import type { StartOptions } from './launch.ts';
import { keepStarted, type StartedSweep, startedSweep } from './started.ts';
import { see, statusOf } from './status.ts';
import { type SubmittedCells, submitCells } from './submit.ts';
import { mustGoOn } from './wandb/adopt.ts';
import { settingsOf } from './wandb/agents.ts';
import type { SweepInfo } from './wandb/api.ts';
import { mustBeSweep, startedRun, type WhichSweep } from './which.ts';

export interface ResumeOptions extends Omit<StartOptions, 'maxRuns' | 'retry'> {
  /** Further agents of a W&B sweep; of a matrix how many of its cells are to be run at all, if more than before. */
  maxRuns?: number;
  retry?: number;
  /** Cells that have failed as often as they may, too; and agents of a sweep that W&B says is over. */
  force?: boolean;
}

export interface ResumeResult {
  id: string;
  runDir: string;
  sweep: StartedSweep;
  submitted: SubmittedCells;
  /** The cells that CELL= means. */
  asked?: number[];
  /** Of a W&B sweep, where it was asked. */
  wandb?: SweepInfo;
}

/** Throws Failure(4) for a sweep that W&B gives out no more runs of. */
export function resume(project: Project, which: WhichSweep, options: ResumeOptions): Promise<ResumeResult> {
  const run = startedRun(project.root, which);
  const { id, runDir } = run;
  const { maxConcurrent, force = false, dryRun = false } = options;
  return exclusively(project.root, id, async () => {
    const before = mustBeSweep(run, await startedSweep(project, run));
    const wandb = before.wandb && !force ? await infoOf(project, before.wandb) : undefined;
    const sweep = await enlarged(project, run, before, options);
    const profile = await profileOf(project, run);
    const { cell, count } = options;
    const asked = chosenCells(sweep, cell === undefined ? {} : { cell }).map(({ index }) => index);
    const wanted = new Set(asked);
    const pick = ({ run: due }: { run: number[] }): number[] => due.filter((one) => wanted.has(one)).slice(0, count);
    if (sweep !== before && !dryRun) keepStarted(project.root, id, runDir, sweep);
    const submitted = await submitCells(project, run, profile, sweep, {
      ...{ pick, dryRun, force },
      ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    });
    const { growingFrom, ...settled } = sweep;
    if (growingFrom !== undefined && !dryRun) keepStarted(project.root, id, runDir, settled);
    return { id, runDir, sweep: settled, submitted, ...(cell !== undefined && { asked }), ...(wandb && { wandb }) };
  });
}

const infoOf = (project: Project, wandb: NonNullable<StartedSweep['wandb']>): Promise<SweepInfo> =>
  mustGoOn(settingsOf(project.root, wandb), wandb.sweepId);

/**
 * With RETRY in place of what it was, and of W&B's with MAX_RUNS agents more than were submitted: those that never were are the first of
 * them. A command that is broken off leaves word of how many there were, so that the same one once more adds nothing to what it did.
 */
async function enlarged(
  project: Project,
  run: TrackedRun,
  before: StartedSweep,
  { maxRuns, retry = before.retry }: ResumeOptions,
): Promise<StartedSweep> {
  const sweep = retry === before.retry ? before : { ...before, retry };
  if (maxRuns === undefined) return sweep;
  // Of a matrix as many as there are, if it was begun with fewer.
  if (sweep.kind === 'matrix') return { ...sweep, count: Math.min(sweep.cells.length, Math.max(sweep.count, maxRuns)) };
  const seen = await see(project, run);
  const growingFrom = sweep.growingFrom ?? seen.verdicts.length;
  const count = Math.max(statusOf(run, sweep, seen).sweep.count, growingFrom + maxRuns);
  return { ...sweep, count, growingFrom };
}

/** The profile as it is now, with what make's command line said at the push. Throws Failure(2). */
export async function profileOf(project: Project, run: TrackedRun): Promise<Profile> {
  const [name = '', tag] = run.id.split('@');
  return loadProfile(project.root, name, tag, project.cluster, await withGiven(project, run), 'any');
}
