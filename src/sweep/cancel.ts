/** cancel: what of one sweep is still in the queue, by the explicit ids of its arrays or of some of its cells' tasks. */

import type { TrackedRun } from '../run/find.ts';
import type { CellVerdict } from '../run/parts.ts';
import type { Project } from '../run/project.ts';
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

/** How often it looks again for arrays that another command was submitting at that moment. */
const LOOKS = 5;

/** With `cell` only those. It waits for nobody who brings results or submits. Throws Failure(2) if the sweep was not started here. */
export async function cancelSweep(
  project: Project,
  which: WhichSweep,
  { cell, dryRun = false }: { cell?: string; dryRun?: boolean },
): Promise<CancelSweepResult> {
  const run = startedRun(project.root, which);
  const sweep = mustBeSweep(run, await startedSweep(project, run));
  const wanted = cell && new Set(chosenCells(sweep, { cell }).map(({ index }) => index));
  const idOf = ({ jobId, task }: CellVerdict): string[] =>
    jobId === undefined ? [] : [wanted ? `${jobId}_${task}` : jobId];
  const done = new Set<string>();
  const cells = new Set<number>();
  for (let look = 0; look < LOOKS; look++) {
    const alive = (await living(project, run)).filter((one) => !wanted || wanted.has(one.cell));
    const ids = [...new Set(alive.flatMap(idOf))].filter((id) => !done.has(id));
    for (const one of alive) cells.add(one.cell);
    for (const id of ids) done.add(id);
    if (dryRun) break;
    if (ids.length === 0 && look > 0) break;
    // The last first, or an array that waits for another's end might begin.
    await project.scheduler.cancel(ids.toReversed(), wanted ? undefined : run.runDir);
    if (ids.length === 0) break;
  }
  return { id: run.id, ids: [...done], cells: [...cells].sort((a, b) => a - b), ...(dryRun ? { dryRun } : {}) };
}

async function living(project: Project, run: TrackedRun): Promise<CellVerdict[]> {
  const { verdicts } = await see(project, run);
  return verdicts.filter(({ ended }) => !ended);
}
