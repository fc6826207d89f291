/** What every start of a sweep comes to: its code is pushed once, and its cells are submitted as job arrays. */

import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { idOf, type WhichRun } from '../run/find.ts';
import { type CheckJob, prepared } from '../run/prepare.ts';
import type { Project } from '../run/project.ts';
import { type PushResult, push } from '../run/push.ts';
import { listTracked, readTracked } from '../run/record.ts';
import { chosenCells } from './choose.ts';
import type { SweepProblem } from './problem.ts';
import { renderCells } from './scripts.ts';
import { filesOf, keepStarted, type StartedSweep } from './started.ts';
import { jobsOf, type SubmittedCells, submitCells } from './submit.ts';
import type { Cell } from './types.ts';
import { checkProgram } from './wandb/agents.ts';

/** What make's command line says of it; without a word the sweep's file, else the defaults. */
export interface StartOptions {
  /** Only so many of the cells are submitted now, or only these. */
  count?: number;
  cell?: string;
  maxRuns?: number;
  maxConcurrent?: number;
  retry?: number;
  dryRun?: boolean;
}

export interface StartResult {
  id: string;
  sweep: StartedSweep;
  /** Those that are submitted now. */
  cells: Cell[];
  push: PushResult;
  submitted?: SubmittedCells;
  /** Of a W&B sweep: its page, and what W&B finds odd about its configuration. */
  wandb?: WandbPage;
  dryRun?: boolean;
}

export interface WandbPage {
  url: string;
  warnings: string[];
}

/** What a W&B sweep has besides. */
export interface Agents {
  program?: string;
  /** Makes it at W&B, as late as can be, or says where it is; not called with DRY_RUN. */
  made(): Promise<{ wandb: NonNullable<StartedSweep['wandb']>; page: WandbPage }>;
}

export const DEFAULT_RETRY = 3;

/** Throws Failure(2) with everything that is wrong, before anything is sent or made. */
export async function launch(
  project: Project,
  run: WhichRun,
  sweep: StartedSweep,
  options: StartOptions,
  agents?: Agents,
): Promise<StartResult> {
  const chosen = chosenCells(sweep, options);
  checkFolder(project.root, idOf(run), sweep);
  const dryRun = options.dryRun ?? false;
  return prepared(
    project,
    run,
    dryRun,
    async (ready) => {
      const { id } = ready.profile;
      const paths = ready.files.map(({ path }) => path);
      checkProgram(ready.profile, paths, agents?.program);
      const made = dryRun ? undefined : await agents?.made();
      const started = made ? { ...sweep, wandb: made.wandb } : sweep;
      const pushing = push(project, ready, dryRun, () => project.host.openAhead(), filesOf(started));
      const pushed = await pushing.catch((error) => {
        const { profile } = ready;
        if (made) project.talk.tell({ type: 'wandb-left', wandb: made.wandb, profile: profile.name });
        throw error;
      });
      const result = { id, sweep: started, cells: chosen, push: pushed, ...(made && { wandb: made.page }) };
      if (dryRun) return { ...result, dryRun };
      keepStarted(project.root, id, pushed.runDir, started);
      const tracked = { ...readTracked(project.root, id), runDir: pushed.runDir };
      const wanted = new Set(chosen.map(({ index }) => index));
      const submitted = await submitCells(project, tracked, ready.profile, started, {
        pick: ({ run }) => run.filter((cell) => wanted.has(cell)),
        fresh: true,
      });
      return { ...result, submitted };
    },
    checkCells(sweep, chosen),
  );
}

/** Two runs of one sweep file by two profiles would mix their results. */
function checkFolder(root: string, id: string, { folder }: StartedSweep): void {
  const other = listTracked(root).find((one) => one.id !== id && one.id.endsWith(`@${folder}`));
  if (other) throw new Failure<SweepProblem>(4, { kind: 'folder-taken', folder, id: other.id });
}

/** What the cells' jobs would be, W&B's sweep having some id; finds every mistake of any of them. */
function checkCells(sweep: StartedSweep, cells: readonly Cell[]): CheckJob {
  return async (project: Project, profile: Profile, runDir: string) => {
    const { runs } = jobsOf(project, profile, sweep);
    const indexes = cells.map(({ index }) => index);
    return (await renderCells(project, runs, sweep, indexes, runDir)).header;
  };
}
