/** start: the cells of a sweep's file, or a new sweep at W&B and its agents. */

import { loadProfile } from '../conf/profile.ts';
import { Failure } from '../failure.ts';
import type { WhichRun } from '../run/find.ts';
import type { Project } from '../run/project.ts';
import { DEFAULT_RETRY, launch, type StartOptions, type StartResult } from './launch.ts';
import type { SweepProblem } from './problem.ts';
import type { StartedSweep } from './started.ts';
import type { MatrixSweep, Sweep, WandbSweep } from './types.ts';
import { settingsOfProfile } from './wandb/agents.ts';
import { createSweep, withEntity } from './wandb/api.ts';
import type { WandbSettings } from './wandb/settings.ts';
import { folderOf, runOfSweep, type WhichSweep } from './which.ts';

export type { StartOptions, StartResult };

/** Throws Failure(2) with everything that is wrong, before anything is sent. */
export async function start(
  project: Project,
  which: WhichSweep,
  sweep: Sweep,
  options: StartOptions,
): Promise<StartResult> {
  const run = runOfSweep(project.root, which, sweep);
  const folder = folderOf(which);
  if (sweep.kind === 'wandb') return startAgents(project, run, sweep, folder, options);
  return launch(project, run, ofMatrix(sweep, folder, options), options);
}

function ofMatrix(sweep: MatrixSweep, folder: string, options: StartOptions): StartedSweep {
  const { name, file, kind, args, argsLine } = sweep;
  const { cells } = sweep;
  const maxConcurrent = options.maxConcurrent ?? sweep.maxConcurrent;
  return {
    ...{ name, file, folder, kind, cells, args },
    count: Math.min(cells.length, options.maxRuns ?? sweep.maxRuns ?? cells.length),
    retry: options.retry ?? sweep.retry ?? DEFAULT_RETRY,
    ...(argsLine === undefined ? {} : { argsLine }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  };
}

async function startAgents(
  project: Project,
  run: WhichRun,
  sweep: WandbSweep,
  folder: string,
  options: StartOptions,
): Promise<StartResult> {
  // As many as MAX_RUNS says, or as many runs as W&B will give out.
  const count = options.maxRuns ?? sweep.runCap ?? sweep.gridSize;
  const { name, file, method, config, program } = sweep;
  if (count === undefined) throw new Failure<SweepProblem>(2, { kind: 'no-max-runs', sweep: name, method });
  const profile = loadProfile(project.root, run.profile, run.tag, project.cluster, project.commandLine);
  const given = settingsOfProfile(project, profile, sweep);
  // Who the key is: asked at once, so that a wrong one is known before anything else is done.
  const settings: WandbSettings = options.dryRun ? given : await withEntity(given);
  const begun = ofAgents({ name, file, folder, count }, settings, NO_ID, options);
  return launch(project, run, begun, options, {
    ...(program && { program }),
    made: async () => {
      const { sweepId, entity, project: of, url, warnings } = await createSweep(settings, config);
      project.talk.tell({ type: 'wandb-sweep', sweepId, url });
      return { wandb: { baseUrl: settings.baseUrl, entity, project: of, sweepId }, page: { url, warnings } };
    },
  });
}

/** Of a sweep that W&B has not made yet. */
const NO_ID = 'SWEEP_ID';

/** What is kept of a W&B sweep, whose runs get their parameters from W&B. */
export function ofAgents(
  about: Pick<StartedSweep, 'name' | 'file' | 'folder' | 'count'>,
  { baseUrl, entity = '', project }: WandbSettings,
  sweepId: string,
  { retry = DEFAULT_RETRY, maxConcurrent }: StartOptions,
): StartedSweep & Required<Pick<StartedSweep, 'wandb'>> {
  return {
    ...{ ...about, kind: 'wandb', cells: [], args: [], retry },
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    wandb: { baseUrl, entity, project, sweepId },
  };
}
