/** Slurm's job states (squeue(1), sacct(1), "JOB STATE CODES"), and which of them are an end. */

const ENDED = [
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'LAUNCH_FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'RECONFIG_FAIL',
  'REVOKED',
  'TIMEOUT',
] as const;

const LIVE = [
  'COMPLETING',
  'CONFIGURING',
  'EXPEDITING',
  'PENDING',
  'POWER_UP_NODE',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'RESIZING',
  'RESV_DEL_HOLD',
  'RUNNING',
  'SIGNALING',
  'SPECIAL_EXIT',
  'STAGE_OUT',
  'STOPPED',
  'SUSPENDED',
] as const;

export type EndedState = (typeof ENDED)[number];
export type LiveState = (typeof LIVE)[number];
/** UNKNOWN: no answer, or none to be believed. */
export type JobState = EndedState | LiveState | 'UNKNOWN';

/** The state in a printed one: `CANCELLED by 1001` is CANCELLED; a word of no Slurm we know is UNKNOWN. */
export function parseState(printed: string): JobState {
  const word = printed.trim().split(/[\s+]/)[0] ?? '';
  return ([...ENDED, ...LIVE] as string[]).includes(word) ? (word as JobState) : 'UNKNOWN';
}

export function hasEnded(state: JobState): state is EndedState {
  return (ENDED as readonly string[]).includes(state);
}

export function isLive(state: JobState): state is LiveState {
  return (LIVE as readonly string[]).includes(state);
}
