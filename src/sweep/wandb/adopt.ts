/** adopt: agents for a sweep that W&B has already, made on its web page or from somewhere else. */

import { loadProfile } from '../../conf/profile.ts';
import { Failure } from '../../failure.ts';
import type { Project } from '../../run/project.ts';
import { launch, type StartOptions, type StartResult } from '../launch.ts';
import type { SweepProblem } from '../problem.ts';
import { ofAgents } from '../start.ts';
import { folderOf, runOfSweepId, type WhichSweep } from '../which.ts';
import { settingsOfProfile } from './agents.ts';
import { type SweepInfo, sweepInfo, withEntity } from './api.ts';
import type { WandbProblem } from './problem.ts';
import { settingsFor, type WandbSettings } from './settings.ts';

/** As `start`, in a run of its own, PROFILE@SWEEPID; the sweep has to be there. Throws Failure(4) for one that is over. */
export async function adopt(
  project: Project,
  which: WhichSweep & { sweepId: string },
  options: StartOptions & { force?: boolean },
): Promise<StartResult> {
  const run = runOfSweepId(project.root, which);
  const profile = loadProfile(project.root, run.profile, run.tag, project.cluster, project.commandLine);
  const { settings, sweepId } = settingsFor(settingsOfProfile(project, profile), which.sweepId);
  const known = await withEntity(settings);
  const info = await mustGoOn(known, sweepId, options.force);
  const { expected, runCount, program, url, method } = info;
  // Without a word as many as it may still have.
  const count = options.maxRuns ?? (expected === undefined ? 0 : expected - runCount);
  if (count < 1) throw new Failure<SweepProblem>(2, { kind: 'no-max-runs', sweep: sweepId, ...(method && { method }) });
  const folder = folderOf({ ...which, name: sweepId });
  const sweep = ofAgents({ name: sweepId, file: '', folder, count }, known, sweepId, options);
  return launch(project, run, sweep, options, {
    ...(program && { program }),
    made: async () => ({ wandb: sweep.wandb, page: { url, warnings: [] } }),
  });
}

/** How it stands. Throws Failure(2) if there is none, and Failure(4) for one that gives out no more runs, unless with `force`. */
export async function mustGoOn(settings: WandbSettings, sweepId: string, force = false): Promise<SweepInfo> {
  const info = await sweepInfo(settings, sweepId);
  const { state, url } = info;
  if (force || !OVER.has(state)) return info;
  throw new Failure<WandbProblem>(4, { kind: 'wandb-over', sweepId, state, page: url });
}

const OVER: ReadonlySet<string> = new Set(['FINISHED', 'CANCELED', 'CANCELLED', 'STOPPED', 'STOPPING']);
