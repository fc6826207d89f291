/** Witnesses of one job, made up: rows of the queue and of accounting, markers, the states of Slurm; and the verdict on them. */

import { verdictOf } from '../../src/run/verdict.ts';
import type { AccountRow, JobRow, Marker, QueueRow, RunRecord, Snapshot } from '../../src/scheduler/types.ts';

export const NAME = 'p-20260102-030405';
const DIR = `/scratch/me/runs/${NAME}`;

export const queued = (state: string, more: Partial<QueueRow> = {}): QueueRow => ({
  ...{ id: '7', jobId: '7', state, reason: 'None', elapsedSeconds: 10, limit: '1:00:00', nodes: '1', nodeList: 'n1' },
  ...{ partition: 'main', submitted: '', started: '', workDir: DIR, name: `pre-${NAME}`, ...more },
});

export const accounted = (state: string, more: Partial<AccountRow> = {}): AccountRow => ({
  ...{ id: '7', jobId: '7', state, exitCode: 0, signal: 0, derived: { code: 0, signal: 0 }, submitted: '' },
  ...{ started: '', ended: '', elapsedSeconds: 10, maxRss: '', totalCpu: '', reqMem: '', cpus: 1, limit: '' },
  ...{ nodeList: 'n1', workDir: DIR, name: `pre-${NAME}`, ...more },
});

export const step = (name: string, state: string, more: Partial<AccountRow> = {}): AccountRow =>
  accounted(state, { id: `7.${name}`, step: name, name: 'python', ...more });

export const began = (life = 0, more: Partial<Marker> = {}): Marker => ({ kind: 'begin', jobId: '7', life, ...more });
export const exit = (code: number, life = 0, more: Partial<Marker> = {}): Marker => ({
  ...{ kind: 'end', jobId: '7', life, how: 'exit', code, ...more },
});
export const noted = (signal: string, life = 0, code?: number): Marker => ({
  ...{ kind: 'end', jobId: '7', life, how: 'signal', signal, ...(code === undefined ? {} : { code }) },
});

export interface Case {
  run?: Partial<RunRecord>;
  queue?: QueueRow[];
  accounts?: AccountRow[];
  markers?: Marker[];
  jobs?: JobRow[];
  queueTrouble?: string;
  accountTrouble?: string;
}

export function judge({ run = {}, queue = [], accounts = [], markers = [], jobs = [], ...trouble }: Case) {
  const base = {
    dir: DIR,
    there: true,
    removing: false,
    pushed: true,
    attempt: 1,
    jobId: '7',
    intent: 1000,
    collected: false,
    markers,
  };
  const record: RunRecord = { ...base, ...run };
  if ('jobId' in run && run.jobId === undefined) delete record.jobId;
  const snapshot: Snapshot = { runs: new Map([[DIR, record]]), queue, accounts, jobs, now: 1010, ...trouble };
  return verdictOf(record, snapshot);
}

// squeue(1), sacct(1): "JOB STATE CODES", 20.11 to 26.05.
export const ENDED = [
  ...['BOOT_FAIL', 'CANCELLED', 'DEADLINE', 'FAILED', 'LAUNCH_FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['RECONFIG_FAIL', 'REVOKED', 'TIMEOUT'],
];
export const LIVE = [
  ...['COMPLETING', 'CONFIGURING', 'EXPEDITING', 'PENDING', 'POWER_UP_NODE', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD'],
  ...['RESIZING', 'RESV_DEL_HOLD', 'RUNNING', 'SIGNALING', 'SPECIAL_EXIT', 'STAGE_OUT', 'STOPPED', 'SUSPENDED'],
];
