/** What the verbs of flows give: one type each, for people's reports and for JSON. */

import type { Gathered } from '../run/gather.ts';
import type { PushResult } from '../run/push.ts';
import type { Verdict } from '../run/verdict.ts';
import type { Counts } from '../sweep/progress.ts';
import type { Dependency } from './types.ts';

/**
 * How one job of a flow stands. `waiting` is for a parent, `pending` for Slurm; `skipped` is what will never run and need not, such
 * as a job for the case that another fails; `stopped` is what never ran because a parent failed; `cancelled` is what its owner ended.
 */
export type Standing =
  | 'done'
  | 'failed'
  | 'stopped'
  | 'cancelled'
  | 'skipped'
  | 'running'
  | 'pending'
  | 'waiting'
  | 'held'
  | 'unknown'
  | 'not-submitted';

export interface FlowJobStatus {
  name: string;
  dependsOn: readonly Dependency[];
  standing: Standing;
  /** Undefined of a job that was never submitted. */
  verdict?: Verdict;
  /** The parents that keep it waiting, or because of which it never runs. */
  because?: readonly string[];
  /** Of a matrix job: how its cells stand. */
  cells?: Counts;
  /** Of a matrix job one cell that failed, by its id `JOB_TASK`. */
  failedCell?: string;
  /** And the names of all that did. */
  failedCells?: string[];
  /** Its log, relative to the project (here after a collect) and to REMOTE_DIR; not of a matrix job. */
  log?: string;
}

export interface FlowStatus {
  id: string;
  runDir: string;
  /** FLOW, what the file calls it, and its file relative to the project. */
  flow: { name: string; title: string; file: string };
  /** In the order of the file. */
  jobs: FlowJobStatus[];
  counts: Record<Standing, number>;
  /** Jobs that slurm-flow had still to submit when it was broken off; none of what was submitted with them runs before that. */
  unfinished: string[];
  /** From the first job's start to the last one's end, or to now while one is alive. */
  elapsedSeconds?: number;
  /** The jobs that made it last as long as it did, in order; once all have ended. */
  criticalPath?: string[];
  /** Set when the scheduler did not answer. */
  trouble?: string;
  /** What jobs that failed said at last, where that was asked for. */
  logs?: FlowLog[];
}

/** The end of one log; `name` is relative to the project and to REMOTE_DIR. */
export interface FlowLog {
  job: string;
  name: string;
  tail: string;
}

export interface SubmittedJob {
  job: string;
  /** Undefined with DRY_RUN. */
  jobId?: string;
  /** What it waits for now: of its parents those that run or have still to. */
  after: Dependency[];
  /** How many cells of a matrix job were submitted. */
  cells?: number;
}

export interface StartFlowResult {
  id: string;
  runDir: string;
  flow: FlowStatus['flow'];
  /** In the order in which they were submitted. */
  submitted: SubmittedJob[];
  /** Jobs that were left as they are: done before, or alive. */
  kept: { job: string; standing: Standing; jobId?: string }[];
  /** Of a new run; and of one that goes on, where code was sent again. */
  push?: PushResult;
  /** It goes on in the run directory of before (RESUME, FROM, ONLY, or a submission that was broken off). */
  again: boolean;
  /** Files that an earlier run of it brought home: they are no code of this one, since nobody names them. */
  left?: string[];
  /** Arguments of the flow that make's command line gave. */
  args?: Record<string, string>;
  /** The code was not looked at again, since jobs of the flow are alive. */
  codeKept?: boolean;
  /** They wait to be released. */
  held?: boolean;
  dryRun?: boolean;
}

export interface CollectFlowResult {
  id: string;
  status: FlowStatus;
  gathered: Gathered;
  /** The run directory and the state files are gone. */
  removed: boolean;
  /** It had been brought home before, and nothing was done. */
  already?: boolean;
  dryRun?: boolean;
}

export interface CancelFlowResult {
  id: string;
  /** Explicit ids that were cancelled, and the jobs they are of. */
  jobs: { job: string; jobId: string }[];
  dryRun?: boolean;
}
