/** How a job stands or ended, and why, in one or two lines; what to change is in advice.ts. */

import { neverStarted } from '../run/judge.ts';
import type { Verdict } from '../run/verdict.ts';
import { hasEnded, isLive, type LiveState, parseState } from '../scheduler/states.ts';
import { adviceOn } from './advice.ts';
import { make, type Typed, withoutProfile } from './commands.ts';
import { troubleText } from './container.ts';
import { shown } from './escape.ts';
import { exitMeaning, signalMeaning } from './exit-codes.ts';
import { duration, memory } from './quantities.ts';
import { reasonText } from './reasons.ts';
import type { Style } from './style.ts';

/** `Job 12345 FAILED after 00:03:10: exit code 127, a command was not found.` */
export function verdictLine(verdict: Verdict, typed: Typed = {}): string {
  const { state, elapsedSeconds, restarts, tasks } = verdict;
  const job = verdict.jobId ? `Job ${verdict.jobId}` : 'The job';
  if (state === 'NOT_SUBMITTED') return 'There is no job of this run.';
  if (state === 'UNKNOWN') return `${job}: nobody can tell how it stands (UNKNOWN).`;
  if (isLive(state)) return `${job} is ${stateWord(verdict)}${colon(liveText(verdict, state, typed))}.`;
  // Of an array it would be the time of one task.
  const time = tasks || elapsedSeconds === undefined ? undefined : duration(elapsedSeconds);
  const after = [
    time && `${verdict.success ? 'in' : 'after'} ${time}`,
    restarts && `with ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`,
  ].filter(Boolean);
  const reason = why(verdict);
  return `${job} ${[state, ...after].join(' ')}${reason.startsWith('but ') ? `, ${reason}` : colon(reason)}.`;
}

/** What there is to say of a state in a table or a label. */
export interface Standing {
  /** As printed, or a verdict's. */
  state: string;
  exitCode?: number;
  signal?: string;
  reason?: string;
  stepCode?: number;
}

/** `FAILED (exit code 3)`, `PENDING (Priority)`, `COMPLETED`. */
export function stateWord({ state, exitCode, signal, reason, stepCode }: Standing): string {
  if (!hasEnded(parseState(state))) return reason ? `${state} (${reason})` : state;
  if (state === 'FAILED' && signal !== undefined) return `FAILED (${signalWord(signal)})`;
  if (stepCode) return `${state} (a step failed: exit code ${stepCode})`;
  if (exitCode && (state === 'FAILED' || state === 'COMPLETED')) return `${state} (exit code ${exitCode})`;
  return state;
}

/**
 * How it ended and what to do about it, over as many lines as it takes; `id` is the run's `PROFILE` or `PROFILE@TAG`.
 */
export function verdictText(id: string, verdict: Verdict, style: Style, typed: Typed = {}): string {
  const paint = verdict.success ? style.green : verdict.ended ? style.red : style.yellow;
  return [
    paint(shown(verdictLine(verdict, typed))),
    ...adviceOn(id, verdict, typed).map((line) => `→ ${shown(line)}`),
  ].join('\n');
}

/** What `watch` says at its end. */
export function watchedText(
  { id, verdict }: { id: string; verdict: Verdict },
  style: Style,
  typed: Typed = {},
): string {
  const text = verdictText(id, verdict, style, typed);
  if (!verdict.ended) return text;
  const what = verdict.success ? 'brings the results and clears up.' : 'brings the logs and what results there are.';
  return `${text}\n→ ${make('slurm-collect', id, typed)} ${what}`;
}

function colon(text: string | undefined): string {
  return text ? `: ${text}` : '';
}

/** The same of an array, with how many tasks are in which state. */
function why(verdict: Verdict): string {
  const text = endedText(verdict);
  if (!verdict.tasks) return text;
  // What one of them died of is not what all of them died of.
  const first = text === '' ? '' : `; the first that did not succeed: ${text.replace(/^but /, '')}`;
  return taskCounts(verdict.tasks) + first;
}

/** `tasks 3 COMPLETED, 1 FAILED`. */
export function taskCounts(tasks: Record<string, number>): string {
  return `tasks ${Object.entries(tasks)
    .map(([state, number]) => `${number} ${state}`)
    .join(', ')}`;
}

/** Why it ended like that, without a full stop; empty where the state says all. */
export function endedText(verdict: Verdict): string {
  const { state, exitCode, signal, stepCode, nodes, reqMem, maxRss, limit, notFound, container } = verdict;
  const absent = (container && troubleText(container)) || (notFound && `${notFound.program} was not found`);
  switch (state) {
    case 'COMPLETED':
      if (stepCode) {
        const failed = [`exit code ${stepCode}`, absent].filter(Boolean).join(', ');
        return `but a step of it failed (${failed}) and its script went on after that`;
      }
      return exitCode ? `but its exit code is ${exitCode}` : '';
    case 'FAILED':
      if (neverStarted(verdict)) {
        const { reason = '' } = verdict;
        return `it never started${reason && `: ${reasonText(reason) ?? reason}`}`;
      }
      return failedText(exitCode, signal, absent);
    case 'OUT_OF_MEMORY': {
      const asked = reqMem && /[1-9]/.test(reqMem) && `${memory(reqMem)} asked for`;
      const facts = [asked, maxRss && `${memory(maxRss)} in use when last measured`].filter(Boolean).join(', ');
      return `it needed more memory than it may have${facts && ` (${facts})`}`;
    }
    case 'TIMEOUT':
      return `it reached its time limit${limit ? ` of ${limit}` : ''}`;
    case 'NODE_FAIL':
      return `a node failed under it${nodes ? ` (${nodes})` : ''}`;
    case 'PREEMPTED':
      return 'a job with a higher priority took its place';
    case 'BOOT_FAIL':
      return `its node did not start${nodes ? ` (${nodes})` : ''}`;
    case 'LAUNCH_FAILED':
    case 'RECONFIG_FAIL':
      return `it could not be launched${nodes ? ` on ${nodes}` : ''}`;
    case 'DEADLINE':
      return 'it could not end before its deadline';
    case 'CANCELLED':
      return 'somebody cancelled it, its owner or an administrator';
    case 'REVOKED':
      return 'another cluster of the federation runs it';
    default:
      return '';
  }
}

/** `absent` says what it failed for want of, if that is known. */
function failedText(exitCode: number | undefined, signal: string | undefined, absent: string | undefined): string {
  if (signal !== undefined) {
    const { name, means } = signalMeaning(signal);
    const number = /^[1-9]/.test(signal) && name ? `signal ${signal}` : '';
    const also = exitCode ? `exit code ${exitCode}` : number;
    return [`ended by ${signalWord(signal)}${also && ` (${also})`}`, means].filter(Boolean).join(', ');
  }
  if (exitCode === undefined) return absent ?? '';
  // Slurm says FAILED and 0 where its accounting lost the code's top bit, or where the job could not be set up.
  if (exitCode === 0) return 'its exit code is not known';
  return [`exit code ${exitCode}`, absent ?? exitMeaning(exitCode)?.means].filter(Boolean).join(', ');
}

/** `SIGKILL`; `signal 53` for one without a name. */
function signalWord(signal: string): string {
  return signalMeaning(signal).name || (/^[1-9]/.test(signal) ? `signal ${signal}` : 'a signal');
}

function liveText(
  { jobId, reason, nodes, elapsedSeconds, restarts, tasks }: Verdict,
  state: LiveState,
  typed: Typed,
): string {
  if (tasks) return taskCounts(tasks);
  if (state === 'RUNNING') {
    const parts = [
      elapsedSeconds && `for ${duration(elapsedSeconds)}`,
      nodes && `on ${nodes}`,
      restarts && `restart ${restarts}`,
    ];
    return parts.filter(Boolean).join(', ');
  }
  // Of a task the whole array's: what holds one of them holds them all.
  const release =
    jobId && make('slurm-release', undefined, withoutProfile(typed), `JOB_ID=${jobId.replace(/_.*/, '')}`);
  return (reason && reasonText(reason, release)) || LIVE[state];
}

const LIVE: Record<LiveState, string> = {
  COMPLETING: 'it has ended, and what is left of it is being cleaned up',
  CONFIGURING: 'its nodes are being made ready',
  EXPEDITING: 'it failed and will start again ahead of others',
  PENDING: '',
  POWER_UP_NODE: 'its nodes are being switched on',
  REQUEUED: 'it is being put back into the queue',
  REQUEUE_FED: 'the federation is putting it back into the queue',
  REQUEUE_HOLD: 'it was put back into the queue and is held: make slurm-release lets it go',
  RESIZING: 'its size is being changed',
  RESV_DEL_HOLD: 'its reservation is gone and it is held',
  RUNNING: '',
  SIGNALING: 'a signal is being sent to it',
  SPECIAL_EXIT: 'it ended in a special way, was put back into the queue and is held',
  STAGE_OUT: 'its files are being moved',
  STOPPED: 'its processes are stopped, and it keeps its nodes',
  SUSPENDED: 'it is suspended, and its CPUs serve others',
};
