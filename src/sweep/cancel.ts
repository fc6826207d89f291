/** cancel: what of one sweep is still in the queue, by the explicit ids of its arrays or of some of its cells' tasks. */

import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { chosenCells } from './choose.ts';
import { startedSweep } from './started.ts';
import { see } from './status.ts';
import { mustBeSweep, startedRun, type WhichSweep } from './which.ts';

export interface CancelSweepResult {
  id: string;
  /** What was cancelled: `123` of an array, `123_4` of a task. */
  ids: string[];
  /** Cells that were alive. */
  cells: number[];
  dryRun?: boolean;
}

/** With `cell` only those. Throws Failure(2) if the sweep was not started here. */
export function cancelSweep(
  project: Project,
  which: WhichSweep,
  { cell, dryRun = false }: { cell?: string; dryRun?: boolean },
): Promise<CancelSweepResult> {
  const run = startedRun(project.root, which);
  return exclusively(project.root, run.id, async () => {
    const sweep = mustBeSweep(run, await startedSweep(project, run));
    const { verdicts } = await see(project, run);
    const alive = verdicts.filter(({ ended, state }) => !ended && state !== 'NOT_SUBMITTED');
    const wanted = cell && new Set(chosenCells(sweep, { cell }).map(({ index }) => index));
    const chosen = alive.filter((one) => !wanted || wanted.has(one.cell));
    const ids = chosen.flatMap(({ jobId, task }) => (jobId === undefined ? [] : [wanted ? `${jobId}_${task}` : jobId]));
    const distinct = [...new Set(ids)];
    if (!dryRun && distinct.length > 0) await project.scheduler.cancel(...distinct);
    return { id: run.id, ids: distinct, cells: chosen.map((one) => one.cell), ...(dryRun ? { dryRun } : {}) };
  });
}
