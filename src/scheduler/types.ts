/** The second seam: `Scheduler`, what runs jobs and knows what became of them; Slurm, or the embedded executor. */

import type { SchedulerKind } from '../conf/types.ts';
import type {
  CellsAnswer,
  CellsSubmission,
  FlowAnswer,
  FlowGraph,
  FlowSubmission,
  Submission,
  SubmitAnswer,
} from './submission.ts';

/** One job or array task as the queue shows it (squeue). Times are the scheduler's own text. */
export interface QueueRow {
  /** `123` or `123_4`. */
  id: string;
  /** `123`, of an array its base id. */
  jobId: string;
  task?: string;
  state: string;
  /** Why it is pending, or how it ended. */
  reason: string;
  elapsedSeconds: number;
  limit: string;
  nodes: string;
  nodeList: string;
  partition: string;
  submitted: string;
  started: string;
  workDir: string;
  name: string;
}

/** An exit code and a signal as Slurm pairs them (`3:0`, `0:9`); the signal 125 stands for no memory. */
export interface ExitPair {
  code: number;
  signal: number;
}

/** One job, array task or step as accounting has it (sacct). */
export interface AccountRow {
  id: string;
  jobId: string;
  task?: string;
  /** `batch`, `extern`, `0` … for a step's row. */
  step?: string;
  /** As printed: `CANCELLED by 1001` too. */
  state: string;
  exitCode: number;
  signal: number;
  /** The worst exit code of any step, and the signal that ended it. */
  derived: ExitPair;
  submitted: string;
  started: string;
  ended: string;
  elapsedSeconds: number;
  /** Such as `1234K`, on steps' rows. */
  maxRss: string;
  totalCpu: string;
  reqMem: string;
  cpus: number;
  limit: string;
  nodeList: string;
  workDir: string;
  name: string;
}

/** A job or array task at its end, as the controller still knows it (scontrol show job). */
export interface JobRow {
  jobId: string;
  task?: string;
  restarts: number;
  derived: ExitPair;
}

/** What the supervisor left in a run directory. */
export interface Marker {
  kind: 'begin' | 'end';
  task?: string;
  jobId: string;
  /** SLURM_RESTART_COUNT: which life of a requeued job wrote it. */
  life: number;
  /** Of an array how many tasks it has, in a begin marker. */
  count?: number;
  /** How it ended, of an end marker. A signal's code, where there is one, is not to be trusted. */
  how?: 'exit' | 'signal';
  code?: number;
  signal?: string;
}

/** One job array of a sweep's run, or one job of a flow's: an attempt of its own. */
export interface ArrayRecord {
  attempt: number;
  /** The name of a flow's job. */
  job?: string;
  /** Undefined while nobody knows whether it was submitted. */
  jobId?: string;
  /** As of a run's newest attempt. */
  intent?: number;
  /** A cell's number is this and its task's number. */
  offset: number;
  /** Numbers of its tasks, in ranges (`0-3,7`); empty of a job that is no array. */
  tasks: string;
  /** How many of its tasks run at a time; undefined for any number. */
  throttle?: number;
}

/** What lies in the run directory of a sweep besides. */
export interface SweepRecord {
  /** How many cells there are. */
  count: number;
  /** The cells that were asked for when Slurm did not take all of them, in ranges. */
  wanted: string;
  arrays: ArrayRecord[];
}

/** What lies in the run directory of a flow besides. */
export interface FlowRecord {
  /** Of its flow.json (src/flow/started.ts). */
  version: string;
  /** A submission that was begun and is not whole yet: nothing of it runs. */
  graph?: FlowGraph;
  /** Every job that was submitted, in that order; of one that was so again the last counts. */
  parts: (ArrayRecord & { job: string })[];
}

/** One run directory as it lies on the host. */
export interface RunRecord {
  dir: string;
  /** False: there is no run directory of ours at that path. */
  there: boolean;
  /** Its removal was begun and broken off; it only has to be finished. */
  removing: boolean;
  /** All of the code arrived. */
  pushed: boolean;
  /** How many times it was submitted; 0 for never. */
  attempt: number;
  jobId?: string;
  /** Where no id is known: jobs of attempts before, which it cannot be. */
  earlier?: readonly string[];
  /** When the newest attempt was begun, in seconds since 1970 by the host's clock. */
  intent?: number;
  /** Of a run that was never submitted: when it was pushed, by the same clock. */
  made?: number;
  /** Its logs and results were brought home, though it was kept. */
  collected: boolean;
  /** Of all arrays of a sweep, all jobs of a flow, else of the newest attempt. */
  markers: Marker[];
  sweep?: SweepRecord;
  flow?: FlowRecord;
}

/** All that was known at one moment. `queueTrouble`: the scheduler did not answer, so that a missing row means nothing. */
export interface Snapshot {
  runs: Map<string, RunRecord>;
  queue: QueueRow[];
  queueTrouble?: string;
  accounts: AccountRow[];
  /** What the controller alone knows of jobs whose marker says that they have ended; where `settle` was asked for. */
  jobs: JobRow[];
  accountTrouble?: string;
  /** The host's clock, seconds since 1970. */
  now: number;
  /** REMOTE_DIR as the host sees it, if it was asked for. */
  remoteDir?: string;
}

export interface Question {
  /** Run directories to look at, absolute. */
  runs: readonly string[];
  /** Look at every run directory of mine under this REMOTE_DIR, too. */
  remoteDir?: string;
  /** Seconds to wait for a job whose marker says that it has ended to leave the queue. */
  settle?: number;
}

export interface WatchRequest {
  runDir: string;
  jobId: string;
  out: string;
  err: string;
  /** Bytes of each log that are known already; negative: so many lines before its end. */
  offsets: { out: number; err: number };
  /** Seconds between two questions to the scheduler. */
  interval: number;
  /** Restart count of a life whose end was not the job's: it was requeued. */
  judged?: number;
  signal?: AbortSignal;
}

export type WatchEvent =
  | { type: 'log'; name: 'out' | 'err'; offset: number; data: Buffer }
  | { type: 'marker'; marker: Marker }
  | { type: 'queue'; row: QueueRow }
  | { type: 'trouble'; detail: string };

/** Why a watch came back: the job's own end marker, the queue's word, or only the end of this call's time. */
export type WatchEnd = 'marker' | 'queue' | 'again';

/** What `check` asks: all of it may be empty but the folder. */
export interface CheckRequest {
  remoteDir: string;
  partition: string;
  account: string;
  /** The interpreter that a job finds on its PATH. */
  python: string;
  /** A job and its options, to be tested for submission. */
  job: string;
  options: readonly string[];
}

export interface CheckRecord {
  what: string;
  verdict: 'ok' | 'bad' | 'note';
  detail: string;
  /** What there is instead. */
  choices?: string[];
}

export interface ReleaseAnswer {
  /** `none`: no such job of mine; `free`: it is not held; `held`, if it was only looked at; `refused`: detail has Slurm's words. */
  outcome: 'none' | 'free' | 'held' | 'released' | 'refused';
  detail: string;
  /** Its rows from before. */
  rows: QueueRow[];
}

export interface Scheduler {
  readonly kind: SchedulerKind;
  /** The files that define scheduler_ready, _submit, _queue, _cancel, and what scheduler_ready gets: for programs of other rooms. */
  readonly shell: { readonly files: readonly string[]; readonly setup: string };
  /** Submits an attempt once, however often it is called for it. Throws Failure(3) when the host is out of reach. */
  submit(submission: Submission): Promise<SubmitAnswer>;
  /** Submits cells of a sweep, each once, in one round trip. Throws Failure(3) when the host is out of reach. */
  submitCells(submission: CellsSubmission): Promise<CellsAnswer>;
  /** Submits jobs of a flow, each once, in one round trip; none begins before all are submitted. Throws Failure(3) likewise. */
  submitFlow(submission: FlowSubmission): Promise<FlowAnswer>;
  /** Everything about some runs in one round trip. */
  query(question: Question): Promise<Snapshot>;
  /** Follows one job over one connection; throws Failure(3) when that is lost, after events that were whole. */
  watch(request: WatchRequest, onEvent: (event: WatchEvent) => void): Promise<WatchEnd>;
  /** Whether a submission would find what it needs; changes nothing. */
  check(request: CheckRequest): Promise<CheckRecord[]>;
  /**
   * Removes one run directory of REMOTE_DIR/runs if nothing uses it any more, and nothing was submitted in it since
   * `attempt`, the one that was judged; gives the reason if it did not.
   */
  remove(remoteDir: string, name: string, attempt: number): Promise<string | undefined>;
  /**
   * Cancels jobs or array tasks of mine, of one run; gives their rows from before, none if there is no such job. With the run directory
   * of a sweep nothing more of that is submitted by whoever watches it.
   */
  cancel(ids: readonly string[], sweep?: string): Promise<QueueRow[]>;
  /** Lets a held job or array task of mine go; with `look` it is only looked at. */
  release(id: string, look: boolean): Promise<ReleaseAnswer>;
}
