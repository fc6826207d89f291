/** collect: cells that have ended come home, with a table of all; once all have, the run is collected like any other. */

import { Failure } from '../failure.ts';
import { type CollectResult, collectKnown } from '../run/collect.ts';
import type { Known, TrackedRun } from '../run/find.ts';
import { type Found, gather } from '../run/gather.ts';
import { onceLeft } from '../run/left.ts';
import type { RunProblem } from '../run/problem.ts';
import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { verdictOf } from '../run/verdict.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import { setAside } from './earlier.ts';
import { type StartedSweep, startedSweep } from './started.ts';
import { type SweepSeen, type SweepStatus, see, statusOf } from './status.ts';
import { notHome, type TablePaths, writeTable } from './table.ts';
import { mustBeSweep, startedRun, type WhichSweep } from './which.ts';

export interface CollectSweepResult {
  id: string;
  status: SweepStatus;
  /** Cells that were brought now. */
  brought: number;
  /** Where the results of the sweep's run before were moved to, relative to the project. */
  earlier?: string;
  /** Relative to the project. */
  table: TablePaths;
  /** Once all have ended: what was brought besides, and whether the run directory is gone. */
  collected?: CollectResult;
  dryRun?: boolean;
}

export interface CollectSweepOptions {
  force?: boolean;
  dryRun?: boolean;
}

/** Brings what has ended. Throws Failure(3, 4) where nothing is known of it. */
export function collectSweep(
  project: Project,
  which: WhichSweep,
  options: CollectSweepOptions,
): Promise<CollectSweepResult> {
  const run = startedRun(project.root, which);
  return exclusively(project.root, run.id, async () => {
    const sweep = mustBeSweep(run, await startedSweep(project, run));
    const seen = await onceLeft(() => see(project, run));
    const { queueTrouble: detail } = seen.snapshot;
    if (detail !== undefined) throw new Failure<RunProblem>(3, { kind: 'queue-silent', id: run.id, detail });
    const status = statusOf(run, sweep, seen);
    const known: Known = { tracked: run, record: seen.record, verdict: verdictOf(seen.record, seen.snapshot) };
    // Only its removal was broken off: all is home, and what is left over there says less than the table does.
    if (seen.record.removing || !seen.record.sweep) {
      const collected = await collectKnown(project, known, seen.snapshot, options);
      return { id: run.id, status, brought: 0, table: tableOf(sweep), collected };
    }
    const due = notHome(project.root, status);
    if (options.dryRun) return { id: run.id, status, brought: due.length, table: tableOf(sweep), dryRun: true };
    const earlier = setAside(project.root, run);
    const aside = earlier === undefined ? {} : { earlier };
    const brought = await bringFinished(project, run, sweep, seen);
    const { running, pending, unknown } = status.counts;
    if (running + pending + (options.force ? 0 : unknown) > 0)
      return { id: run.id, status, brought, table: tableOf(sweep), ...aside };
    const collected = await collectKnown(project, known, seen.snapshot, options);
    return { id: run.id, status, brought, table: tableOf(sweep), ...aside, collected };
  });
}

/** Brings the folders and logs of cells that have ended and are not home yet, and writes the table. Gives how many folders it brought. */
export async function bringFinished(
  project: Project,
  run: TrackedRun,
  sweep: StartedSweep,
  seen: SweepSeen,
): Promise<number> {
  setAside(project.root, run);
  const status = statusOf(run, sweep, seen);
  const due = notHome(project.root, status);
  const home = new Set(due.filter(({ verdict }) => !verdict?.begun).map(({ index }) => index));
  let brought = 0;
  if (due.length > 0) {
    const names = new Set(due.map(({ name }) => name));
    const logs = new Set(
      due.flatMap(({ verdict }) => [
        `${verdict?.jobId}_${verdict?.task}.out`,
        `${verdict?.jobId}_${verdict?.task}.err`,
      ]),
    );
    const there = await whatIsThere(project, run, sweep, [...new Set(due.map(({ verdict }) => verdict?.jobId ?? ''))]);
    const folders = there.cells.filter((name) => names.has(name)).map((name) => `results/${sweep.folder}/${name}`);
    const found: Found = {
      results: folders,
      run: folders,
      data: [],
      logs: there.logs.filter((log) => logs.has(log)),
      missing: [],
      leaving: [],
    };
    await gather(project, run, found);
    brought = folders.length;
    // A folder that does not show yet, over NFS, is asked for again.
    const shown = new Set(there.cells);
    for (const { name, index } of due) if (shown.has(name)) home.add(index);
  }
  writeTable(project.root, run, status, home);
  return brought;
}

async function whatIsThere(
  { host }: Project,
  { id, runDir }: TrackedRun,
  { folder }: StartedSweep,
  jobIds: readonly string[],
): Promise<{ cells: string[]; logs: string[] }> {
  const answer = await host.run({ files: ['lib', 'cells'], args: [runDir, folder, ...jobIds] });
  if (answer.code !== 0) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
  const records = answer.stdout.split('\n').map((line) => line.split(SEPARATOR));
  const named = (wanted: string): string[] =>
    records.flatMap(([kind, name]) => (kind === wanted && name ? [name] : []));
  return { cells: named('cell'), logs: named('log') };
}

export const tableOf = ({ folder }: StartedSweep): TablePaths => ({
  csv: `results/${folder}/cells.csv`,
  json: `results/${folder}/cells.json`,
});
