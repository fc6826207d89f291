/** How the jobs of a flow stand: what is known of each of them, seen together with the graph. Pure. */

import type { PartVerdict } from '../run/parts.ts';
import { countCells } from '../sweep/progress.ts';
import { parentsFirst } from './graph.ts';
import type { FlowJobStatus, Standing } from './results.ts';
import type { StartedJob } from './started.ts';
import type { Dependency, DependencyKind } from './types.ts';

/** In the order of `jobs`. */
export function standings(jobs: readonly StartedJob[], verdicts: ReadonlyMap<string, PartVerdict>): FlowJobStatus[] {
  const known = new Map<string, FlowJobStatus>();
  for (const job of parentsFirst(jobs)) known.set(job.name, statusOfJob(job, verdicts.get(job.name), known));
  return jobs.flatMap(({ name }) => known.get(name) ?? []);
}

function statusOfJob(
  { name, dependsOn, cells }: StartedJob,
  verdict: PartVerdict | undefined,
  above: ReadonlyMap<string, FlowJobStatus>,
): FlowJobStatus {
  const job = { name, dependsOn };
  if (!verdict) return { ...job, standing: 'not-submitted' };
  const told = { ...job, verdict: withoutCells(verdict), ...countsOf(cells, verdict), ...logOf(cells, verdict) };
  const standing = (parent: Dependency): Standing | undefined => above.get(parent.job)?.standing;
  const named = (parents: readonly Dependency[]) => ({ because: parents.map((parent) => parent.job) });
  if (neverBegan(verdict)) {
    const barring = dependsOn.filter((parent) => isBarred(parent.kind, standing(parent)));
    // Nobody has failed where what it waits for went well, or need not run itself.
    const isMissed = barring.some((parent) => ['done', 'skipped'].includes(standing(parent) ?? ''));
    // Without accounting nobody remembers it, but it can never have run.
    const over = verdict.state === 'UNKNOWN' && { verdict: { ...told.verdict, ...FORGOTTEN } };
    if (barring.length > 0) return { ...told, ...over, standing: isMissed ? 'skipped' : 'stopped', ...named(barring) };
  }
  if (verdict.ended && !verdict.success)
    return { ...told, standing: verdict.state === 'CANCELLED' ? 'cancelled' : 'failed' };
  if (verdict.state === 'UNKNOWN') return { ...told, standing: 'unknown' };
  // Cells of a matrix that were never submitted are still to be run.
  const missing = (cells?.length ?? 0) > (verdict.cells?.length ?? 0);
  if (verdict.ended) return { ...told, standing: missing ? 'failed' : 'done' };
  if (verdict.state !== 'PENDING') return { ...told, standing: 'running' };
  if (/^JobHeld/.test(verdict.reason ?? '')) return { ...told, standing: 'held' };
  const awaited = dependsOn.filter((parent) => isAlive(standing(parent)));
  const isWaiting = awaited.length > 0 || /^Dependency/.test(verdict.reason ?? '');
  return isWaiting ? { ...told, standing: 'waiting', ...named(awaited) } : { ...told, standing: 'pending' };
}

const FORGOTTEN = { state: 'CANCELLED', ended: true, left: true } as const;

/** Whether a job with that dependency can never run, its parent standing so. */
export function isBarred(kind: DependencyKind, parent: Standing | undefined): boolean {
  if (kind === 'afterok' || kind === 'aftercorr')
    return ['failed', 'stopped', 'cancelled', 'skipped'].includes(parent ?? '');
  return kind === 'afternotok' && parent === 'done';
}

const ALIVE: readonly string[] = ['running', 'pending', 'waiting', 'held'];

/** Whether it is in the queue. */
export const isAlive = (standing: Standing | undefined): boolean => ALIVE.includes(standing ?? '');

/** Ended as cancelled before it began: by its owner, or because what it waited for can never be. */
function neverBegan({ ended, state, elapsedSeconds, nodes, cells, reason, begun, basis }: PartVerdict): boolean {
  if (state === 'UNKNOWN') return begun === false && basis === 'nobody';
  if (!ended) return state === 'PENDING' && reason === 'DependencyNeverSatisfied';
  if (cells) return cells.every((cell) => cell.success || !cell.begun);
  return state === 'CANCELLED' && !elapsedSeconds && !nodes;
}

function withoutCells({ cells: _, ...verdict }: PartVerdict): Omit<PartVerdict, 'cells'> {
  return verdict;
}

function countsOf(
  cells: StartedJob['cells'],
  verdict: PartVerdict,
): Pick<FlowJobStatus, 'cells' | 'failedCell' | 'failedCells'> {
  if (!cells) return {};
  // Its matrix may have had more of them before.
  const known = verdict.cells?.filter(({ cell }) => cell < cells.length) ?? [];
  const [failed, ...others] = known.filter((cell) => cell.ended && !cell.success && cell.begun);
  const names = [failed, ...others].flatMap((one) => (one && cells[one.cell]) ?? []);
  return {
    cells: countCells(cells.length, known),
    ...(failed && { failedCell: `${failed.jobId}_${failed.task}`, failedCells: names }),
  };
}

function logOf(cells: StartedJob['cells'], { jobId }: PartVerdict): Pick<FlowJobStatus, 'log'> {
  return cells || jobId === undefined ? {} : { log: `slurm/logs/${jobId}.out` };
}
