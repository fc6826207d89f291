/** What the targets of sweeps have in common. */

import { isName } from '../src/conf/keys.ts';
import { COMMAND_LINE, type ConfProblem } from '../src/conf/problem.ts';
import { Failure } from '../src/failure.ts';
import type { Project } from '../src/run/project.ts';
import { listSweeps, loadSweep } from '../src/sweep/file/file.ts';
import type { SweepProblem } from '../src/sweep/problem.ts';
import type { StartOptions } from '../src/sweep/start.ts';
import type { Sweep } from '../src/sweep/types.ts';
import { startedRun, type WhichSweep } from '../src/sweep/which.ts';
import type { Context } from './command.ts';
import { sweepName, type Variables } from './variables.ts';

/** SWEEP, SWEEP_ID, PROFILE and TAG. Throws Failure(2) for what can't be a name. */
export function whichSweep(variables: Variables): WhichSweep {
  const [given = '', sweepId, profile, tag] = ['SWEEP', 'SWEEP_ID', 'PROFILE', 'TAG'].map((name) =>
    variables.text(name),
  );
  const name = sweepName(given) || undefined;
  for (const [key, value] of Object.entries({ SWEEP: name, PROFILE: profile, TAG: tag })) {
    if (value !== undefined && !isName(value)) {
      throw new Failure<ConfProblem>(2, { kind: 'bad-name', key, value, place: COMMAND_LINE });
    }
  }
  return { ...(name && { name }), ...(sweepId && { sweepId }), ...(profile && { profile }), ...(tag && { tag }) };
}

/** The sweep of a file. Throws Failure(2) without SWEEP. */
export function sweepFile(root: string, { name }: WhichSweep): Sweep {
  if (name !== undefined) return loadSweep(root, name);
  throw new Failure<SweepProblem>(2, { kind: 'missing-sweep', sweeps: listSweeps(root) });
}

/** The project on the cluster where the sweep was started. */
export function projectOf({ project, root }: Pick<Context, 'project' | 'root'>, which: WhichSweep): Project {
  const [profile = '', tag] = startedRun(root, which).id.split('@');
  return project({ profile, ...(tag === undefined ? {} : { tag }) });
}

/** COUNT, CELL, MAX_RUNS, MAX_CONCURRENT and RETRY. */
export function startOptions(variables: Variables, dryRun: boolean): StartOptions {
  const [count, maxRuns, maxConcurrent] = ['COUNT', 'MAX_RUNS', 'MAX_CONCURRENT'].map((name) => variables.number(name));
  const [cell, retry] = [variables.text('CELL'), variables.number('RETRY', 0)];
  return {
    dryRun,
    ...(count === undefined ? {} : { count }),
    ...(cell === undefined ? {} : { cell }),
    ...(maxRuns === undefined ? {} : { maxRuns }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(retry === undefined ? {} : { retry }),
  };
}

/** 0 where nothing failed, 1 where something did. */
export const exitOf = ({
  failed,
  cancelled,
  unknown,
}: {
  failed: number;
  cancelled: number;
  unknown: number;
}): 0 | 1 => (failed + cancelled + unknown > 0 ? 1 : 0);
