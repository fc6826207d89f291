/** How a run stands, by what is said of its jobs. Pure; asks nobody. */

import type { JobState } from '../scheduler/states.ts';
import type { FlowRecord, RunRecord, Snapshot } from '../scheduler/types.ts';
import { foundByName, neverArrived, plain, verdictOn } from './about-job.ts';
import { together } from './judge.ts';
import { type CellVerdict, cellVerdicts, type PartVerdict, partVerdicts } from './parts.ts';

export interface Verdict {
  state: JobState | 'NOT_SUBMITTED';
  /** The job will not go on. Only then may anything be collected. */
  ended: boolean;
  /** The scheduler no longer holds it either: nothing of it runs any more. */
  left: boolean;
  /** It ended, and as its owner wished: COMPLETED, exit code 0, no failed step. */
  success: boolean;
  jobId?: string;
  exitCode?: number;
  /** A signal's name or number, where one ended it. */
  signal?: string;
  /** Why it is pending (the scheduler's word), or what it says of the end. */
  reason?: string;
  /** The exit code of a failed step of a job that itself ended with 0. */
  stepCode?: number;
  elapsedSeconds?: number;
  started?: string;
  endedAt?: string;
  nodes?: string;
  maxRss?: string;
  totalCpu?: string;
  reqMem?: string;
  cpus?: number;
  limit?: string;
  /** Restarts so far, by the markers. */
  restarts?: number;
  /** Of an array: how many tasks are in which state. */
  tasks?: Record<string, number>;
  /** What it failed for want of, where somebody has looked into its log. */
  notFound?: NotFound;
  /** Why it did not run in its container, where somebody has looked into its log. */
  container?: ContainerTrouble;
  /** Who said so. */
  basis: 'queue' | 'accounting' | 'marker' | 'nobody';
}

export interface NotFound {
  /** As the log names it: a word, or a path. */
  program: string;
  /** It is PYTHON, which was to run SCRIPT; undefined where nobody has looked. */
  isPython?: boolean;
}

export interface ContainerTrouble {
  kind:
    | 'no-pyxis'
    | 'no-runtime'
    | 'image-gone'
    | 'other-image'
    | 'mount'
    | 'workdir'
    | 'import'
    | 'image'
    | 'start'
    | 'outside';
  /** What it is about, as the log has it: a path, an image, a task; or empty. */
  detail: string;
}

/** The verdict on a run's newest attempt; on that of a sweep the one on all its cells, of a flow on all its jobs. */
export function verdictOf(run: RunRecord, snapshot: Snapshot): Verdict {
  if (run.sweep) return sweepVerdict(run, run.sweep.count, cellVerdicts(run, snapshot));
  if (run.flow) return flowVerdict(run.flow, partVerdicts(run, snapshot));
  const { jobId } = run;
  if (run.attempt === 0) return plain('NOT_SUBMITTED');
  const id = jobId ?? foundByName(run, snapshot) ?? run.markers[0]?.jobId;
  if (id === undefined) return plain(neverArrived(run, snapshot) ? 'NOT_SUBMITTED' : 'UNKNOWN');
  return verdictOn(run, snapshot, id);
}

function sweepVerdict(run: RunRecord, count: number, cells: CellVerdict[]): Verdict {
  // Arrays that never arrived have no cells here.
  if (cells.length === 0) return plain('NOT_SUBMITTED');
  const all = together(cells);
  const missing = count - cells.length;
  const newest = run.sweep?.arrays.findLast(({ jobId }) => jobId !== undefined)?.jobId ?? cells[0]?.jobId;
  return {
    ...all,
    // What was never submitted is still to be run.
    success: all.success && missing === 0,
    tasks: { ...all.tasks, ...(missing > 0 ? { NOT_SUBMITTED: missing } : {}) },
    ...(newest === undefined ? {} : { jobId: newest }),
  };
}

/** Without what only the graph can tell: which of its jobs need not run. */
function flowVerdict({ graph, parts }: FlowRecord, jobs: ReadonlyMap<string, PartVerdict>): Verdict {
  if (jobs.size === 0) return plain('NOT_SUBMITTED');
  const all = together([...jobs.values()]);
  const newest = parts.findLast(({ jobId }) => jobId !== undefined)?.jobId;
  return { ...all, success: all.success && graph === undefined, ...(newest === undefined ? {} : { jobId: newest }) };
}
