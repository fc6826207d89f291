/** What a scheduler is asked to submit, a job, a sweep's cells or a flow's jobs, and what it answers. */

export interface Submission {
  runDir: string;
  /** Counted from 1; the one after the last makes a new job of the same run. */
  attempt: number;
  jobName: string;
  /** What the scheduler runs: header and supervisor. */
  job: string;
  /** The rendered script, the supervisor's child. */
  script: string;
  /** Lines of shell assignments for a file only the owner can read, or empty. */
  secrets: string;
  /** The text of src/remote/inside.sh for a job in a container, or empty. */
  inside: string;
  /** Long options as one word each (`--time=1:00`), in the order of sbatch's command line. */
  options: readonly string[];
}

export type SubmitAnswer =
  | { outcome: 'submitted' | 'existing'; jobId: string }
  /** sbatch said no; nothing was submitted. */
  | { outcome: 'refused'; detail: string }
  /** It cannot be told yet whether there is a job. */
  | { outcome: 'unknown'; detail: string }
  /** There is no such run directory, or its code did not arrive whole, or it cannot be written. */
  | { outcome: 'gone' | 'incomplete' | 'failed'; detail: string };

/** Cells of a sweep, to be submitted as job arrays. */
export interface CellsSubmission extends Pick<Submission, 'runDir' | 'jobName' | 'secrets' | 'inside' | 'options'> {
  /** The newest attempt that the caller knows of; with another one nothing is submitted. */
  seen: number;
  /** How many cells the sweep has, and those asked for so far, these too, in ranges. */
  count: number;
  wanted: string;
  /** How many tasks may run at a time, over all its arrays; undefined for any number. */
  slots?: number;
  /** Arrays that have to end before. */
  after: readonly string[];
  /** The profile's own dependency, or empty. */
  dependency: string;
  /** Cells (in ranges, ascending) whose jobs have the same header, and the job's text before and behind its attempt's number. */
  groups: readonly { cells: string; before: string; behind: string }[];
  /** The script of all cells, or lines for src/remote/cell.sh from which each makes its own. */
  script: { all: string } | { each: string };
}

export interface CellsAnswer {
  /** The arrays that were submitted, and their cells in ranges. */
  arrays: { attempt: number; jobId: string; cells: string }[];
  /**
   * Why no more were: `whole`, all are; `changed`, somebody else was or is at it: look again; `deferred`, a limit of Slurm's on
   * submitted jobs (detail has its words); else as of a single job.
   */
  outcome: 'whole' | 'changed' | 'deferred' | 'refused' | 'unknown' | 'gone' | 'incomplete' | 'failed';
  detail: string;
}

/** A submission of a flow's jobs. */
export interface FlowGraph {
  /** The attempt before its first one. */
  since: number;
  /** Of all that its jobs come to: it is made whole of the same. */
  digest?: string;
  /** They are to stay held when all are submitted. */
  held?: boolean;
  jobs: readonly string[];
}

/** Jobs of a flow, parents first, to be submitted together. */
export interface FlowSubmission extends Pick<Submission, 'runDir' | 'secrets' | 'inside'> {
  /** The newest attempt that the caller knows of; with another one nothing is submitted. */
  seen: number;
  /** Before a job's name and the run's (`JOB.RUN`). */
  prefix: string;
  /** What stands in every job's script (see FlowPart). */
  shared: string;
  /** Noted until all are submitted, with those that were submitted before this call. */
  graph: FlowGraph;
  /** By a call before this one: if it is not there any more somebody has cancelled the flow. */
  noted: boolean;
  /** Ids of these, and those among them that are to be released with the others. */
  earlier: readonly string[];
  held: readonly string[];
  jobs: readonly FlowPart[];
}

export interface FlowPart {
  job: string;
  /** The job's text: `head`, shared text, `tail`, the attempt's number, `behind`. */
  head: string;
  tail: string;
  behind: string;
  /** The rendered script, of all cells of a matrix job; or lines from which each cell makes its own (src/remote/cell.sh). */
  script: { all: string } | { each: string };
  options: readonly string[];
  /** Of a matrix job: its tasks, in ranges, and how many may run at a time. */
  tasks?: string;
  throttle?: number;
  /** What it waits for: an id, or the place among `jobs` (from 0) of another. */
  waits: readonly { kind: string; on: string | number }[];
  /** Its own dependency, as typed; or empty. */
  dependency: string;
  /** It waits for none of these jobs, and is released when all are submitted. */
  release: boolean;
}

export interface FlowAnswer {
  submitted: { attempt: number; jobId: string; job: string }[];
  /** As of cells; `refused`: all of these jobs were cancelled, `job` is the one that sbatch did not take; `cancelled`: somebody cancelled the flow. */
  outcome: Exclude<CellsAnswer['outcome'], 'deferred'> | 'cancelled';
  job?: string;
  detail: string;
}
