/** How one job or array task stands, from what three witnesses say of it: the queue, accounting, and its supervisor's marker. */

import { hasEnded, isLive, type JobState, parseState } from '../scheduler/states.ts';
import type { AccountRow, ExitPair, JobRow, Marker, QueueRow } from '../scheduler/types.ts';
import type { Verdict } from './verdict.ts';

/** What there is to go by of one job or array task. */
export interface Witnesses {
  queue: QueueRow | undefined;
  rows: AccountRow[];
  markers: Marker[];
  job: JobRow | undefined;
  /** The queue answered, so that a missing row means something. */
  answered: boolean;
}

/** Ends after which Slurm may put a job back into the queue. */
const MAY_COME_BACK: readonly string[] = ['NODE_FAIL', 'PREEMPTED', 'BOOT_FAIL', 'LAUNCH_FAILED', 'RECONFIG_FAIL'];
/** Seconds by which a job has left word of its beginning, however busy its node. */
const STARTED = 10;
/** States of a job whose script has ended while the scheduler cleans up after it. */
const WINDING_UP: readonly string[] = ['RUNNING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING'];
/** Exit codes of a command that KILL or TERM ended: it may be Slurm's, and have reached the command before its supervisor. */
const MAY_BE_SLURMS: readonly number[] = [137, 143];

export function single({ queue, rows, markers, job, answered }: Witnesses): Verdict {
  const account = rows.find((row) => row.step === undefined);
  const steps = account ? rows.filter((row) => row.step !== undefined) : [];
  const life = Math.max(0, ...markers.map((marker) => marker.life));
  const lived = Math.max(life, job?.restarts ?? 0);
  // Only of this life: what a requeued job left before it began anew says nothing.
  const end = markers.find((marker) => marker.kind === 'end' && marker.life === lived);
  // A requeued job drags the worst code of its earlier lives along; accounting's steps are those of this one.
  const derived = lived > 0 ? [] : [account?.derived, job?.derived];
  const natural = end?.how === 'exit';
  const queueState = queue ? parseState(queue.state) : undefined;
  const accountState = account ? parseState(account.state) : undefined;
  const facts = details(queue, account, steps, lived);
  const alive = { ...facts, ended: false, left: false, success: false };
  const byMarker = (left: boolean): Verdict => {
    // A signal's code is not to be trusted: what traps TERM and ends with 0 was cancelled all the same.
    const state = natural && end?.code === 0 ? 'COMPLETED' : 'FAILED';
    return { ...facts, ...ending(state, end, undefined, [], derived), left, basis: 'marker' };
  };

  // A state of no Slurm we know: it may be anything.
  if (queueState === 'UNKNOWN') return { ...alive, state: 'UNKNOWN', basis: 'queue' };
  if (queueState && isLive(queueState)) {
    const over = natural && WINDING_UP.includes(queueState);
    const settled = over && accountState !== undefined && hasEnded(accountState);
    const undecided = !settled && MAY_BE_SLURMS.includes(end?.code ?? 0);
    if (!over || undecided || (settled && MAY_COME_BACK.includes(accountState))) {
      return { ...alive, state: queueState, basis: 'queue' };
    }
    if (!settled || queueState !== 'COMPLETING') return byMarker(false);
    return { ...facts, ...ending(accountState, end, account, steps, derived), left: false, basis: 'accounting' };
  }
  // A batch script that slurmd could not start at all, because a plugin failed, counts as COMPLETED with 0: moments, and no mark of ours.
  const said = [accountState, queueState].find((state) => state !== undefined && hasEnded(state));
  const took = (account ?? queue)?.elapsedSeconds ?? 0;
  if (said === 'COMPLETED' && markers.length === 0 && took < STARTED)
    return { ...alive, state: 'UNKNOWN', basis: 'nobody' };
  if (accountState && hasEnded(accountState)) {
    if (!answered && MAY_COME_BACK.includes(accountState)) return { ...alive, state: 'UNKNOWN', basis: 'nobody' };
    return { ...facts, ...ending(accountState, end, account, steps, derived), left: answered, basis: 'accounting' };
  }
  if (queueState && hasEnded(queueState)) {
    return { ...facts, ...ending(queueState, end, undefined, [], derived), left: true, basis: 'queue' };
  }
  if (natural) return byMarker(answered);
  // Noted a signal, is not in the queue any more (a requeued job would be), and nobody remembers why.
  if (end && answered && !account) return byMarker(true);
  return { ...alive, state: 'UNKNOWN', basis: 'nobody' };
}

/** A shell's code for a child that a signal ended. */
function signalOf(code: number): { signal?: string } {
  return code > 128 && code < 160 ? { signal: String(code - 128) } : {};
}

/** Slurm's word for no memory, in the place of a signal (SIG_OOM). */
const NO_MEMORY = 125;

function ending(
  state: JobState,
  end: Marker | undefined,
  account: AccountRow | undefined,
  steps: AccountRow[],
  derived: (ExitPair | undefined)[],
): Pick<Verdict, 'state' | 'ended' | 'success' | 'exitCode' | 'signal' | 'stepCode'> {
  // The marker's code is whole; accounting loses the top bit of it in older Slurms.
  const code = end?.how === 'exit' ? (end.code ?? 0) : account?.exitCode;
  const signal = end?.how === 'signal' ? end.signal : account?.signal ? String(account.signal) : undefined;
  // What a script went on after: a failed or killed step, though the batch script itself ended with 0.
  const failed = steps.filter((row) => row.step !== 'extern' && !/^(COMPLETED|RUNNING|PENDING)/.test(row.state));
  const pairs = [...derived, ...failed.map(({ exitCode, signal }) => ({ code: exitCode, signal }))];
  const codes = pairs.map((pair) => pair && (pair.code || (pair.signal && 128 + pair.signal)));
  const stepCode = state === 'COMPLETED' ? codes.find(Boolean) || (failed.length > 0 ? 1 : 0) : 0;
  const starved =
    pairs.some((pair) => pair?.signal === NO_MEMORY) || failed.some((row) => row.state.startsWith('OUT_OF_ME'));
  return {
    state: starved && (state === 'COMPLETED' || state === 'FAILED') ? 'OUT_OF_MEMORY' : state,
    ended: true,
    success: state === 'COMPLETED' && !code && !stepCode && !account?.signal,
    ...(code === undefined ? {} : { exitCode: code }),
    ...(signal ? { signal } : code === undefined ? {} : signalOf(code)),
    ...(stepCode ? { stepCode } : {}),
  };
}

function details(
  queue: QueueRow | undefined,
  account: AccountRow | undefined,
  steps: AccountRow[],
  life: number,
): Partial<Verdict> {
  const rss = [account, ...steps].map((row) => row?.maxRss ?? '').filter(Boolean);
  const given = <K extends keyof Verdict>(key: K, value: Verdict[K] | '' | undefined): Partial<Verdict> =>
    value === undefined || value === '' || value === 0 ? {} : { [key]: value };
  return {
    ...given('reason', queue && queue.reason !== 'None' ? queue.reason : undefined),
    // Of what has not ended yet the queue knows better.
    ...given(
      'elapsedSeconds',
      (account?.ended === 'Unknown' ? (queue ?? account) : (account ?? queue))?.elapsedSeconds,
    ),
    ...given('started', moment(account?.started) ?? moment(queue?.started)),
    ...given('endedAt', moment(account?.ended)),
    ...given('nodes', queue?.nodeList || (account?.nodeList === 'None assigned' ? '' : account?.nodeList)),
    ...given('maxRss', rss.sort((a, b) => bytes(b) - bytes(a))[0]),
    ...given('totalCpu', account?.totalCpu),
    ...given('reqMem', account?.reqMem),
    ...given('cpus', account?.cpus),
    ...given('limit', queue?.limit ?? account?.limit),
    ...given('restarts', life),
  };
}

/** A time, where it is one: `Unknown`, `None` and `N/A` are none. */
const moment = (text: string | undefined): string | undefined => (/^\d/.test(text ?? '') ? text : undefined);

/** `1234K` in bytes. */
function bytes(text: string): number {
  return Number.parseFloat(text) * 1024 ** (' KMGT'.indexOf(text.at(-1) ?? ' ') || 0);
}

/** An array: alive while one task is; else as bad as its worst task. */
export function together(tasks: Verdict[]): Verdict {
  const counts: Record<string, number> = {};
  for (const { state } of tasks) counts[state] = (counts[state] ?? 0) + 1;
  const worst =
    tasks.find((task) => task.state === 'RUNNING') ??
    tasks.find((task) => !task.ended && task.state !== 'UNKNOWN') ??
    tasks.find((task) => task.state === 'UNKNOWN') ??
    tasks.find((task) => !task.success) ??
    (tasks[0] as Verdict);
  return {
    ...worst,
    ended: tasks.every((task) => task.ended),
    left: tasks.every((task) => task.left),
    success: tasks.every((task) => task.success),
    tasks: counts,
  };
}

/** Slurm calls FAILED, too, what it could never have started: no node has what it asks for (BadConstraints). */
export function neverStarted({ state, exitCode = 0, elapsedSeconds, basis, nodes }: Verdict): boolean {
  return state === 'FAILED' && exitCode <= 1 && basis !== 'marker' && !elapsedSeconds && !nodes;
}
