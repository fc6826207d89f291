/** The one way a run directory is removed; all its conditions are checked over there (src/remote/remove.sh). */

import { Failure } from '../failure.ts';
import type { RunRecord } from '../scheduler/types.ts';
import { nameOfRun, remoteDirOf } from './names.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';

/** Removes a run directory, or finds it gone. Throws Failure(4) if it is not one of ours or a job may still use it. */
export async function removeRun(project: Project, { dir, attempt }: Pick<RunRecord, 'dir' | 'attempt'>): Promise<void> {
  const detail = await project.scheduler.remove(remoteDirOf(dir), nameOfRun(dir), attempt);
  if (detail !== undefined) throw new Failure<RunProblem>(4, { kind: 'not-removed', run: nameOfRun(dir), detail });
}
